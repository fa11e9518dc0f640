// Command mimir says what Mimir's own tool holds against rule files that are loaded together.
//
//	mimir FILE…
//
// It reads them as `mimirtool rules load` does before it sends them, which is also what Mimir does when they come: unknown fields,
// names, expressions, labels, templates. It prints how many groups and rules there are, and fails if Mimir would refuse one.
package main

import (
	"fmt"
	"os"

	"github.com/go-kit/log"
	"github.com/grafana/mimir/pkg/mimirtool/rules"
	"github.com/grafana/mimir/pkg/util/promqlext"
	"github.com/prometheus/common/model"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: mimir FILE…")
		os.Exit(2)
	}
	logger := log.NewLogfmtLogger(os.Stdout)
	parser := promqlext.NewPromQLParser()
	namespaces, err := rules.ParseFiles(rules.MimirBackend, os.Args[1:], model.LegacyValidation, parser, logger)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	nGroups, nRules := 0, 0
	for _, namespace := range namespaces {
		for _, group := range namespace.Groups {
			nGroups++
			nRules += len(group.Rules)
		}
	}
	fmt.Printf("%d rules in %d groups of %d namespaces\n", nRules, nGroups, len(namespaces))
}
