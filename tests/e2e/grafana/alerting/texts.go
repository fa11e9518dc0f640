package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-kit/log"
	"github.com/grafana/alerting/templates"
	"github.com/prometheus/alertmanager/types"
	"github.com/prometheus/common/model"
)

// judgeTexts writes every text in the settings, for something that fires and something that is over, as Grafana does when it tells
// somebody: before that it does not look at them.
func (whole *file) judgeTexts() []string {
	factory, err := templates.NewFactory(whole.templateDefinitions(), log.NewNopLogger(), "https://grafana.example.org", "1")
	if err != nil {
		return []string{err.Error()}
	}
	template, err := factory.GetTemplate(templates.GrafanaKind)
	if err != nil {
		return []string{err.Error()}
	}
	now := time.Now()
	alert := func(start, end time.Time) *types.Alert {
		return &types.Alert{Alert: model.Alert{
			Labels:      model.LabelSet{"alertname": "LookoutDown", "severity": "critical", "owner": "platform"},
			Annotations: model.LabelSet{"summary": "Lookout is down", "runbook_url": "https://lookout.example.org"},
			StartsAt:    start,
			EndsAt:      end,
		}}
	}
	alerts := []*types.Alert{alert(now, time.Time{}), alert(now.Add(-time.Hour), now.Add(-time.Minute))}
	var faults []string
	for _, point := range whole.ContactPoints {
		for _, integration := range point.Receivers {
			for _, text := range texts(integration.Settings) {
				var failed error
				write, _ := templates.TmplText(context.Background(), template, alerts, log.NewNopLogger(), &failed)
				written := write(text)
				if failed == nil && strings.Contains(text, "{{") && strings.TrimSpace(written) == "" {
					failed = fmt.Errorf("`%s` says nothing", text)
				}
				if failed != nil {
					faults = append(faults, fmt.Sprintf("%s: %v", point.Name, failed))
				}
			}
		}
	}
	return faults
}

// texts returns every text of a value, however deep.
func texts(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case map[string]any:
		var all []string
		for _, inner := range value {
			all = append(all, texts(inner)...)
		}
		return all
	default:
		return nil
	}
}
