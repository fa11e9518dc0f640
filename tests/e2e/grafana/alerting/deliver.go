package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/go-kit/log"
	"github.com/grafana/alerting/images"
	"github.com/grafana/alerting/notify"
	"github.com/grafana/alerting/receivers"
	"github.com/prometheus/alertmanager/api/v2/models"
	"github.com/prometheus/client_golang/prometheus"
)

// deliver runs Grafana's Alertmanager with what was provisioned and gives it the alerts, until the input ends.
func deliver(whole file, path string) error {
	written, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var alerts models.PostableAlerts
	if err := json.Unmarshal(written, &alerts); err != nil {
		return err
	}
	logger := log.NewLogfmtLogger(log.NewSyncWriter(os.Stderr))
	alertmanager, err := notify.NewGrafanaAlertmanager(notify.GrafanaAlertmanagerOpts{
		ExternalURL:   "https://grafana.example.org",
		PeerTimeout:   time.Second,
		Silences:      forgetful{},
		Nflog:         forgetful{},
		EmailSender:   printer{},
		ImageProvider: &images.UnavailableProvider{},
		Decrypter:     notify.NoopDecrypt,
		Version:       "lookout",
		TenantKey:     "orgID",
		TenantID:      1,
		Peer:          &notify.NilPeer{},
		Logger:        logger,
		Metrics:       notify.NewGrafanaAlertmanagerMetrics(prometheus.NewRegistry(), logger),
	})
	if err != nil {
		return err
	}
	configuration := notify.NotificationsConfiguration{
		RoutingTree:      whole.Policies[0].Value.AsAMRoute(),
		Templates:        whole.templateDefinitions(),
		DispatcherLimits: unlimited{},
	}
	for _, point := range whole.ContactPoints {
		configuration.Receivers = append(configuration.Receivers, point.receiver())
	}
	for _, time := range whole.MuteTimes {
		configuration.MuteTimeIntervals = append(configuration.MuteTimeIntervals, time.Value)
	}
	if err := alertmanager.ApplyConfig(configuration); err != nil {
		return err
	}
	if err := alertmanager.PutAlerts(alerts); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// forgetful keeps nothing.
type forgetful struct{}

func (forgetful) InitialState() string                        { return "" }
func (forgetful) Retention() time.Duration                    { return time.Hour }
func (forgetful) MaintenanceFrequency() time.Duration         { return time.Hour }
func (forgetful) MaintenanceFunc(notify.State) (int64, error) { return 0, nil }

// unlimited is as many groups as it takes.
type unlimited struct{}

func (unlimited) MaxNumberOfAggregationGroups() int { return 0 }

// printer prints an e-mail as a line of JSON.
type printer struct{}

func (printer) SendEmail(_ context.Context, email *receivers.SendEmailSettings) error {
	line, err := json.Marshal(map[string]any{"to": email.To, "subject": email.Subject, "message": email.Data["Message"]})
	if err != nil {
		return err
	}
	_, err = fmt.Println(string(line))
	return err
}
