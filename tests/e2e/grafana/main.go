// Command schema says what Grafana's own types hold against dashboards.
//
//	schema SDK FILE…
//
// SDK is the folder of the sources of grafana-foundation-sdk that this is built from. It prints a line per fault and fails if
// there is one, or if a file has no panel. A fault is a field that is unknown, absent or of the wrong type; a value that is none
// of its enum's; a panel or a query of a kind that the SDK has no type for, as it would let anything pass.
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
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: schema SDK FILE…")
		os.Exit(2)
	}
	enums, err := readEnums(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	plugins.RegisterDefaultPlugins()
	nFaults := 0
	for _, path := range os.Args[2:] {
		for _, fault := range judge(path, enums) {
			fmt.Printf("%s: %s\n", filepath.Base(path), fault)
			nFaults++
		}
	}
	if nFaults > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d dashboards hold, with %d enums\n", len(os.Args)-2, len(enums))
}

// judge returns what is wrong with one file.
func judge(path string, enums enums) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		return []string{err.Error()}
	}
	// What the strict reading accepts it does not keep: panels that it takes are left out of its result. So it finds faults of
	// form, and what is looked at further is read again.
	var form, board dashboard.Dashboard
	if err := form.UnmarshalJSONStrict(text); err != nil {
		var faults cog.BuildErrors
		if !errors.As(err, &faults) {
			return []string{err.Error()}
		}
		// A list of no faults is success.
		if len(faults) > 0 {
			lines := make([]string, 0, len(faults))
			for _, fault := range faults {
				lines = append(lines, fault.Error())
			}
			return lines
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		return []string{err.Error()}
	}
	faults := append(judgeKinds(&board), enums.judge(&board)...)
	sort.Strings(faults)
	return faults
}

// judgeKinds returns the panels and queries that the SDK has no type for, or a line that there is no panel at all.
func judgeKinds(board *dashboard.Dashboard) []string {
	var panels []dashboard.Panel
	for _, entry := range board.Panels {
		if entry.Panel != nil {
			panels = append(panels, *entry.Panel)
		}
		if entry.RowPanel != nil {
			panels = append(panels, entry.RowPanel.Panels...)
		}
	}
	if len(panels) == 0 {
		return []string{"no panel"}
	}
	var faults []string
	for _, panel := range panels {
		title := "without a title"
		if panel.Title != nil {
			title = fmt.Sprintf("%q", *panel.Title)
		}
		if _, isKnown := cog.ConfigForPanelcfgVariant(panel.Type); !isKnown {
			faults = append(faults, fmt.Sprintf("panel %s: no type for panels of kind %q", title, panel.Type))
		}
		for _, target := range panel.Targets {
			if _, isUnknown := target.(variants.UnknownDataquery); isUnknown {
				faults = append(faults, fmt.Sprintf("panel %s: a query whose data source has no type", title))
			}
		}
	}
	return faults
}
