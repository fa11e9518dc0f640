package main

import (
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/dashboardv2"
	"github.com/grafana/grafana-foundation-sdk/go/resource"
)

// version is that of the resources that there are types for.
const version = "dashboard.grafana.app/v2"

// judgeResource returns what is wrong with a resource.
func judgeResource(text []byte, constants constants) []string {
	var manifest resource.Manifest
	faults := lines(manifest.UnmarshalJSONStrict(text))
	if manifest.ApiVersion != version || manifest.Kind != resource.DashboardKind {
		faults = append(faults, fmt.Sprintf("it is a %q of %q, not a %q of %q",
			manifest.Kind, manifest.ApiVersion, resource.DashboardKind, version))
	}
	var content struct {
		Spec json.RawMessage `json:"spec"`
	}
	if err := json.Unmarshal(text, &content); err != nil {
		return append(faults, err.Error())
	}
	// As with a classic dashboard, the strict reading finds faults of form alone.
	var form, board dashboardv2.Dashboard
	faults = append(faults, lines(form.UnmarshalJSONStrict(content.Spec))...)
	if len(faults) > 0 {
		return faults
	}
	if err := json.Unmarshal(content.Spec, &board); err != nil {
		return []string{err.Error()}
	}
	if len(board.Elements) == 0 {
		return []string{"no panel"}
	}
	return append(judgePlugins(content.Spec), constants.judge(&board)...)
}

// query is what a data source is asked.
type query struct {
	Spec struct {
		Query struct {
			Group string          `json:"group"`
			Spec  json.RawMessage `json:"spec"`
		} `json:"query"`
	} `json:"spec"`
}

// element is a panel, as far as plugins understand it.
type element struct {
	Spec struct {
		Title string `json:"title"`
		Data  struct {
			Spec struct {
				Queries []query `json:"queries"`
			} `json:"spec"`
		} `json:"data"`
		VizConfig struct {
			Group string `json:"group"`
			Spec  struct {
				FieldConfig json.RawMessage `json:"fieldConfig"`
			} `json:"spec"`
		} `json:"vizConfig"`
	} `json:"spec"`
}

// judgePlugins returns what is wrong with the parts that plugins understand. The strict reading of a resource lets any field pass
// in queries and in the configuration of fields, so those are read again by themselves.
func judgePlugins(spec []byte) []string {
	var board struct {
		Annotations []query            `json:"annotations"`
		Elements    map[string]element `json:"elements"`
	}
	if err := json.Unmarshal(spec, &board); err != nil {
		return []string{err.Error()}
	}
	var faults []string
	for index, annotation := range board.Annotations {
		for _, fault := range annotation.judge() {
			faults = append(faults, fmt.Sprintf("annotation %d: %s", index, fault))
		}
	}
	for name, element := range board.Elements {
		for _, fault := range element.judge() {
			faults = append(faults, fmt.Sprintf("%s %q: %s", name, element.Spec.Title, fault))
		}
	}
	return faults
}

// judge returns what is wrong with one query.
func (query query) judge() []string {
	asked := query.Spec.Query
	read, err := cog.StrictUnmarshalDataquery(asked.Spec, asked.Group)
	if _, isUnknown := read.(variants.UnknownDataquery); isUnknown {
		return []string{fmt.Sprintf("no type for queries of %q", asked.Group)}
	}
	return lines(err)
}

// judge returns what is wrong with one panel.
func (element element) judge() []string {
	var faults []string
	for _, query := range element.Spec.Data.Spec.Queries {
		faults = append(faults, query.judge()...)
	}
	viz := element.Spec.VizConfig
	plugin, isKnown := cog.ConfigForPanelcfgVariant(viz.Group)
	if !isKnown {
		return append(faults, fmt.Sprintf("no type for panels of kind %q", viz.Group))
	}
	var fields dashboardv2.FieldConfigSource
	faults = append(faults, lines(fields.UnmarshalJSONStrict(viz.Spec.FieldConfig))...)
	var custom struct {
		Defaults struct {
			Custom json.RawMessage `json:"custom"`
		} `json:"defaults"`
	}
	if err := json.Unmarshal(viz.Spec.FieldConfig, &custom); err != nil {
		return append(faults, err.Error())
	}
	if plugin.StrictFieldConfigUnmarshaler != nil && custom.Defaults.Custom != nil {
		_, err := plugin.StrictFieldConfigUnmarshaler(custom.Defaults.Custom)
		faults = append(faults, lines(err)...)
	}
	return faults
}
