package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/prometheus/exporter-toolkit/web"
)

// announced prints its address when a server first accepts on it: not before the server's configuration is good.
type announced struct {
	net.Listener
	once sync.Once
}

func (l *announced) Accept() (net.Conn, error) {
	l.once.Do(func() { fmt.Printf("listening %s\n", l.Addr()) })
	return l.Listener.Accept()
}

// serve answers with the web configuration in file, on a free port of the loopback interface.
func serve(file string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	page := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello\n") }
	mux.HandleFunc("/{$}", page)
	mux.HandleFunc("/metrics", page)
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	systemd := false
	return web.Serve(&announced{Listener: listener}, &http.Server{Handler: mux}, &web.FlagConfig{
		WebSystemdSocket: &systemd,
		WebConfigFile:    &file,
	}, logger)
}
