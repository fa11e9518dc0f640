// Command alerting holds contact points, texts, mute timings and policies against Grafana's own alerting.
//
//	alerting FOLDER
//	alerting FOLDER ALERTS
//
// FOLDER is one of provisioning files; a line is printed per fault, and it fails if there is one. ALERTS is a file of alerts as
// the API of Alertmanager takes them: it tells people of them as the files say, until its input ends. E-mail is not sent, but
// printed.
//
// Grafana's reader of these files cannot be had as a module; what it reads into can: the schema and the readers of each
// integration's settings, its templates, its routes and its Alertmanager. So names and nesting are read by us (files.go), strictly,
// and everything that they hold by Grafana.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"

	"github.com/grafana/alerting/models"
	"github.com/grafana/alerting/notify"
	"github.com/grafana/alerting/receivers/schema"
	"github.com/grafana/alerting/templates"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: alerting FOLDER [ALERTS]")
		os.Exit(2)
	}
	whole, err := readFolder(os.Args[1])
	faults := []string{}
	if err != nil {
		faults = append(faults, err.Error())
	} else {
		faults = append(faults, whole.judge()...)
	}
	for _, fault := range faults {
		fmt.Println(fault)
	}
	if len(faults) > 0 {
		os.Exit(1)
	}
	if len(os.Args) > 2 {
		if err := deliver(whole, os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		return
	}
	fmt.Printf("%d contact points, %d texts, %d mute timings and %d policies hold\n",
		len(whole.ContactPoints), len(whole.Templates), len(whole.MuteTimes), len(whole.Policies))
}

// judge returns what is wrong.
func (whole *file) judge() []string {
	var faults []string
	add := func(where string, err error) {
		if err != nil {
			faults = append(faults, fmt.Sprintf("%s: %v", where, err))
		}
	}
	points := map[string]struct{}{}
	uids := map[string]struct{}{}
	for _, point := range whole.ContactPoints {
		points[point.Name] = struct{}{}
		for _, integration := range point.Receivers {
			if _, isTaken := uids[integration.UID]; isTaken || integration.UID == "" || len(integration.UID) > 40 {
				add(point.Name, fmt.Errorf("the uid %q is taken, empty or too long", integration.UID))
			}
			uids[integration.UID] = struct{}{}
			add(point.Name, integration.judgeNames())
		}
		receiver := point.receiver()
		_, err := notify.BuildReceiverConfiguration(context.Background(), receiver, notify.NoopDecode, notify.NoopDecrypt)
		add(point.Name, err)
	}
	for _, definition := range whole.templateDefinitions() {
		add(definition.Name, definition.Validate())
	}
	if len(faults) == 0 {
		faults = append(faults, whole.judgeTexts()...)
	}
	times := map[string]struct{}{}
	for _, time := range whole.MuteTimes {
		times[time.Value.Name] = struct{}{}
	}
	if len(whole.Policies) != 1 {
		add("policies", fmt.Errorf("Grafana has one tree, and there are %d", len(whole.Policies)))
	}
	for at := range whole.Policies {
		route := &whole.Policies[at].Value
		add("policies", route.Validate())
		add("policies", route.ValidateReceivers(points))
		add("policies", route.ValidateTimeIntervals(times))
	}
	return faults
}

// judgeNames says which settings Grafana's schema of the integration does not have.
func (integration *integration) judgeNames() error {
	declared, isKnown := notify.GetSchemaForIntegration(schema.IntegrationType(integration.Type))
	if !isKnown {
		return fmt.Errorf("no integration of the type %q", integration.Type)
	}
	options := declared.GetCurrentVersion().Options
	var unknown []string
	for name := range integration.Settings {
		isOption := func(field schema.Field) bool { return field.PropertyName == name }
		if !slices.ContainsFunc(options, isOption) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	sort.Strings(unknown)
	return fmt.Errorf("settings that %s does not have: %s", integration.Type, strings.Join(unknown, ", "))
}

// receiver is the contact point as Grafana keeps it.
func (point *contactPoint) receiver() *notify.APIReceiver {
	receiver := &notify.APIReceiver{ConfigReceiver: notify.ConfigReceiver{Name: point.Name}}
	for _, integration := range point.Receivers {
		// What was read as YAML has nothing that JSON has not.
		settings, _ := json.Marshal(integration.Settings)
		receiver.Integrations = append(receiver.Integrations, &models.IntegrationConfig{
			UID:                   integration.UID,
			Name:                  point.Name,
			Type:                  integration.Type,
			DisableResolveMessage: integration.DisableResolveMessage,
			Settings:              settings,
		})
	}
	return receiver
}

func (whole *file) templateDefinitions() []templates.TemplateDefinition {
	var definitions []templates.TemplateDefinition
	for _, text := range whole.Templates {
		definition := templates.TemplateDefinition{Name: text.Name, Template: text.Template, Kind: templates.GrafanaKind}
		definitions = append(definitions, definition)
	}
	return definitions
}
