package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/grafana/alerting/definition"
	"github.com/prometheus/alertmanager/config"
	"gopkg.in/yaml.v3"
)

// file is what a file of the folder may hold about telling people, under the names that Grafana documents. Its fields are read
// strictly: Grafana passes over one that it does not know.
type file struct {
	APIVersion    int                           `yaml:"apiVersion"`
	ContactPoints []contactPoint                `yaml:"contactPoints"`
	Templates     []text                        `yaml:"templates"`
	MuteTimes     []of[config.MuteTimeInterval] `yaml:"muteTimes"`
	Policies      []of[definition.Route]        `yaml:"policies"`
	// Rules are read by others.
	Groups yaml.Node `yaml:"groups"`
}

type contactPoint struct {
	OrgID     int64         `yaml:"orgId"`
	Name      string        `yaml:"name"`
	Receivers []integration `yaml:"receivers"`
}

type integration struct {
	UID                   string         `yaml:"uid"`
	Type                  string         `yaml:"type"`
	Settings              map[string]any `yaml:"settings"`
	DisableResolveMessage bool           `yaml:"disableResolveMessage"`
}

type text struct {
	OrgID    int64  `yaml:"orgId"`
	Name     string `yaml:"name"`
	Template string `yaml:"template"`
}

// of is something of Grafana's own, with the organisation beside its fields.
type of[T any] struct{ Value T }

// UnmarshalYAML reads it strictly. Nothing is done about the organisation: there is one.
func (of *of[T]) UnmarshalYAML(node *yaml.Node) error {
	var fields []*yaml.Node
	for at := 0; at+1 < len(node.Content); at += 2 {
		if node.Content[at].Value != "orgId" {
			fields = append(fields, node.Content[at], node.Content[at+1])
		}
	}
	rest := *node
	rest.Content = fields
	return decode(&rest, &of.Value)
}

// decode reads a node into something that must have every field of it.
func decode(node *yaml.Node, into any) error {
	written, err := yaml.Marshal(node)
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(written))
	decoder.KnownFields(true)
	return decoder.Decode(into)
}

// readFolder reads every file of a folder into one.
func readFolder(folder string) (file, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return file{}, err
	}
	var whole file
	for _, path := range paths {
		read, err := readFile(path)
		if err != nil {
			return file{}, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		whole.ContactPoints = append(whole.ContactPoints, read.ContactPoints...)
		whole.Templates = append(whole.Templates, read.Templates...)
		whole.MuteTimes = append(whole.MuteTimes, read.MuteTimes...)
		whole.Policies = append(whole.Policies, read.Policies...)
	}
	return whole, nil
}

func readFile(path string) (file, error) {
	written, err := os.ReadFile(path)
	if err != nil {
		return file{}, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(written, &document); err != nil {
		return file{}, err
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return file{}, errors.New("no mapping")
	}
	entries := document.Content[0].Content
	for at := 0; at+1 < len(entries); at += 2 {
		// Grafana takes texts and times as they are.
		if slices.Contains([]string{"contactPoints", "policies"}, entries[at].Value) {
			if err := interpolate(entries[at+1]); err != nil {
				return file{}, err
			}
		}
	}
	var read file
	if err := decode(&document, &read); err != nil {
		return file{}, err
	}
	if read.APIVersion != 1 {
		return file{}, fmt.Errorf("apiVersion is %d", read.APIVersion)
	}
	return read, nil
}

var fileReference = regexp.MustCompile(`\$__file\{([^}]*)\}`)

// interpolate puts files and variables of the environment where texts name them; two dollar signs are one.
func interpolate(node *yaml.Node) error {
	for _, child := range node.Content {
		if err := interpolate(child); err != nil {
			return err
		}
	}
	if node.Kind != yaml.ScalarNode || node.Tag != "!!str" {
		return nil
	}
	var failed error
	parts := strings.Split(node.Value, "$$")
	for at, part := range parts {
		part = fileReference.ReplaceAllStringFunc(part, func(reference string) string {
			content, err := os.ReadFile(fileReference.FindStringSubmatch(reference)[1])
			failed = errors.Join(failed, err)
			return strings.TrimSpace(string(content))
		})
		parts[at] = os.ExpandEnv(part)
	}
	node.Value = strings.Join(parts, "$")
	return failed
}
