package main

import (
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// judgeClassic returns what is wrong with a classic dashboard.
func judgeClassic(text []byte, constants constants) []string {
	// What the strict reading accepts it does not keep: panels that it takes are left out of its result. So it finds faults of
	// form, and what is looked at further is read again.
	var form, board dashboard.Dashboard
	if faults := lines(form.UnmarshalJSONStrict(text)); len(faults) > 0 {
		return faults
	}
	if err := json.Unmarshal(text, &board); err != nil {
		return []string{err.Error()}
	}
	return append(judgeClassicKinds(&board), constants.judge(&board)...)
}

// judgeClassicKinds returns the panels and queries that the SDK has no type for, or a line that there is no panel at all.
func judgeClassicKinds(board *dashboard.Dashboard) []string {
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
