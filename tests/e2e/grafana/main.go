// Command schema says what Grafana's own types hold against dashboards.
//
//	schema SDK FILE…
//
// SDK is the folder of the sources of grafana-foundation-sdk that this is built from. A file is a classic dashboard or a resource
// of dashboard.grafana.app/v2. It prints a line per fault and fails if there is one, or if a file has no panel. A fault is a field
// that is unknown, absent or of the wrong type; a value that is none of its enum's; a panel or a query of a kind that the SDK has no
// type for, as it would let anything pass.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: schema SDK FILE…")
		os.Exit(2)
	}
	constants, err := readConstants(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	plugins.RegisterDefaultPlugins()
	nFaults := 0
	for _, path := range os.Args[2:] {
		for _, fault := range judge(path, constants) {
			fmt.Printf("%s: %s\n", filepath.Base(path), fault)
			nFaults++
		}
	}
	if nFaults > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d dashboards hold, with %d enums and %d kinds\n",
		len(os.Args)-2, len(constants.enums), len(constants.kinds))
}

// judge returns what is wrong with one file.
func judge(path string, constants constants) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		return []string{err.Error()}
	}
	var head struct {
		APIVersion string `json:"apiVersion"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return []string{err.Error()}
	}
	var faults []string
	if head.APIVersion == "" {
		faults = judgeClassic(text, constants)
	} else {
		faults = judgeResource(text, constants)
	}
	sort.Strings(faults)
	return faults
}

// lines returns the faults that a strict reading found, one each. A list of no faults is success.
func lines(err error) []string {
	if err == nil {
		return nil
	}
	var faults cog.BuildErrors
	if !errors.As(err, &faults) {
		return []string{err.Error()}
	}
	lines := make([]string, 0, len(faults))
	for _, fault := range faults {
		lines = append(lines, fault.Error())
	}
	return lines
}
