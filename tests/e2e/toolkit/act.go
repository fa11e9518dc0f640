package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// patience is a guard against a server that never answers, not a measurement.
const patience = 60 * time.Second

// Scenario is what a client does.
type Scenario struct {
	Address  string   `json:"address"`
	TLS      bool     `json:"tls"`
	Min      uint16   `json:"min"`     // zero: Go's default for clients
	Max      uint16   `json:"max"`     // zero: Go's default for clients
	Ciphers  []uint16 `json:"ciphers"` // of TLS 1.2 and below
	Curves   []uint16 `json:"curves"`
	Protos   []string `json:"protocols"` // offered by ALPN
	Cert     string   `json:"certificate"`
	Key      string   `json:"key"`
	User     *string  `json:"user"`
	Password string   `json:"password"`
	Header   string   `json:"authorization"` // sent as it is, instead of user and password
	Path     string   `json:"path"`
	Requests int      `json:"requests"`
}

// Outcome is what came of it.
type Outcome struct {
	// Refused says how the connection or a request failed: the alert, or "closed"; empty if every request was answered.
	Refused     string   `json:"refused"`
	Version     string   `json:"version"`
	Cipher      string   `json:"cipher"`
	Curve       string   `json:"curve"`
	Protocol    string   `json:"protocol"`
	Certificate string   `json:"certificate"`
	Answers     []Answer `json:"answers"`
}

// Answer is the part of an answer that a web configuration decides.
type Answer struct {
	Status  int               `json:"status"`
	Version string            `json:"version"`
	Headers map[string]string `json:"headers"`
}

// shown are the headers that a web configuration decides.
var shown = []string{
	"Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options",
	"X-XSS-Protection", "WWW-Authenticate",
}

// act plays one scenario on a connection of its own.
func act(scenario Scenario) Outcome {
	var outcome Outcome
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	config, err := clientConfig(scenario)
	if err != nil {
		fail(err)
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	dialled := false
	transport := &http.Transport{
		DialContext:       dial,
		ForceAttemptHTTP2: true,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if dialled {
				return nil, errors.New("the connection was closed")
			}
			dialled = true
			raw, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			conn := tls.Client(raw, config)
			if err := conn.HandshakeContext(ctx); err != nil {
				raw.Close()
				return nil, err
			}
			describe(conn.ConnectionState(), &outcome)
			return conn, nil
		},
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	for range max(scenario.Requests, 1) {
		answer, err := request(ctx, client, scenario)
		if err != nil {
			outcome.Refused = refusal(err)
			break
		}
		outcome.Answers = append(outcome.Answers, answer)
	}
	return outcome
}

func clientConfig(scenario Scenario) (*tls.Config, error) {
	config := &tls.Config{
		// What is compared is the certificate itself.
		InsecureSkipVerify: true,
		MinVersion:         scenario.Min,
		MaxVersion:         scenario.Max,
		NextProtos:         scenario.Protos,
	}
	if len(scenario.Ciphers) > 0 {
		// An empty list would mean none at all.
		config.CipherSuites = scenario.Ciphers
	}
	for _, curve := range scenario.Curves {
		config.CurvePreferences = append(config.CurvePreferences, tls.CurveID(curve))
	}
	if scenario.Cert != "" {
		certificate, err := tls.LoadX509KeyPair(scenario.Cert, scenario.Key)
		if err != nil {
			return nil, err
		}
		// Sent whatever authorities the server names, as Prometheus does.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &certificate, nil
		}
	}
	return config, nil
}

func describe(state tls.ConnectionState, outcome *Outcome) {
	outcome.Version = tls.VersionName(state.Version)
	outcome.Cipher = tls.CipherSuiteName(state.CipherSuite)
	outcome.Curve = state.CurveID.String()
	outcome.Protocol = state.NegotiatedProtocol
	sum := sha256.Sum256(state.PeerCertificates[0].Raw)
	outcome.Certificate = hex.EncodeToString(sum[:])
}

func request(ctx context.Context, client *http.Client, scenario Scenario) (Answer, error) {
	scheme := "http"
	if scenario.TLS {
		scheme = "https"
	}
	url := fmt.Sprintf("%s://%s%s", scheme, scenario.Address, scenario.Path)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		fail(err)
	}
	if scenario.User != nil {
		request.SetBasicAuth(*scenario.User, scenario.Password)
	}
	if scenario.Header != "" {
		request.Header.Set("Authorization", scenario.Header)
	}
	response, err := client.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return Answer{}, err
	}
	answer := Answer{Status: response.StatusCode, Version: response.Proto, Headers: map[string]string{}}
	for _, name := range shown {
		if values := response.Header.Values(name); len(values) > 0 {
			answer.Headers[name] = strings.Join(values, " | ")
		}
	}
	return answer, nil
}

// refusal is the alert that the server sent, or how the connection ended without one.
func refusal(err error) string {
	var operation *net.OpError
	if errors.As(err, &operation) && operation.Op == "remote error" {
		return strings.TrimPrefix(operation.Err.Error(), "tls: ")
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET),
		errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		return "closed"
	}
	// Go hides the cause of some: the text's end is all there is.
	text := err.Error()
	if at := strings.LastIndex(text, ": "); at >= 0 {
		text = text[at+2:]
	}
	return text
}
