package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
)

// kept holds on to connections: one that nobody refers to would be closed.
var kept = make(chan net.Conn, 1<<16)

// dial connects, and counts whether that was possible.
func dial(address string, tally *tally) net.Conn {
	connection, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		tally.count("not connected")
		return nil
	}
	tally.count("connected")
	kept <- connection
	return connection
}

// idle connects and does nothing.
func idle(address string, number int, tally *tally) {
	each(number, func(int) { dial(address, tally) })
}

// slowHeads sends the heads of requests byte by byte, for ever.
func slowHeads(address string, number int, tally *tally) {
	each(number, func(int) {
		if connection := dial(address, tally); connection != nil {
			go trickle(connection, "GET /metrics HTTP/1.1\r\nHost: lookout\r\nX-Slow: ", "a")
		}
	})
}

// slowBodies announces a body and sends it byte by byte, for ever.
func slowBodies(address string, number int, tally *tally) {
	each(number, func(int) {
		if connection := dial(address, tally); connection != nil {
			go trickle(connection, "GET /metrics HTTP/1.1\r\nHost: lookout\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n")
		}
	})
}

func trickle(connection net.Conn, start, more string) {
	for _, err := io.WriteString(connection, start); err == nil; _, err = io.WriteString(connection, more) {
		time.Sleep(200 * time.Millisecond)
	}
}

// slowReaders ask again and again on one connection and read nothing.
func slowReaders(address string, number int, tally *tally) {
	request := strings.Repeat("GET /metrics HTTP/1.1\r\nHost: lookout\r\n\r\n", 64)
	each(number, func(int) {
		connection := dial(address, tally)
		if connection == nil {
			return
		}
		// What the system buffers for us is not what the server has to keep.
		_ = connection.(*net.TCPConn).SetReadBuffer(4096)
		_, _ = io.WriteString(connection, request)
	})
}

// halfHellos begin a TLS handshake; half of them hang up, half stay.
func halfHellos(address string, number int, tally *tally) {
	hello := clientHello()
	each(number, func(index int) {
		connection := dial(address, tally)
		if connection == nil {
			return
		}
		_, _ = connection.Write(hello[:1+index%(len(hello)-1)])
		if index%2 == 0 {
			connection.Close()
		}
	})
}

// brokenHellos send what looks like TLS and is not.
func brokenHellos(address string, number int, tally *tally) {
	hello := clientHello()
	each(number, func(index int) {
		connection := dial(address, tally)
		if connection == nil {
			return
		}
		broken := bytes.Clone(hello)
		broken[index%len(broken)] ^= 0x55
		_, _ = connection.Write(broken)
		tally.count(ending(connection))
	})
}

// clientHello is the first flight of Go's own client.
func clientHello() []byte {
	ours, theirs := net.Pipe()
	go func() { _ = tls.Client(ours, &tls.Config{InsecureSkipVerify: true}).Handshake() }()
	flight := make([]byte, 1<<14)
	n, err := theirs.Read(flight)
	if err != nil {
		fail(err)
	}
	return flight[:n]
}

// scrapers scrape once each, at the same time, on connections of their own.
func scrapers(address string, number int, tally *tally) {
	transport := &http.Transport{DisableKeepAlives: true}
	client := &http.Client{Transport: transport, Timeout: patience}
	each(number, func(int) {
		response, err := client.Get("http://" + address + "/metrics")
		if err != nil {
			tally.count("failed: " + last(err))
			return
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		switch {
		case err != nil:
			tally.count("cut: " + last(err))
		case response.StatusCode == http.StatusOK && !bytes.HasSuffix(body, []byte("\n")):
			tally.count("incomplete")
		default:
			tally.count(fmt.Sprint(response.StatusCode))
		}
	})
}

// raw sends what stands on the input, number times one after the other, and counts the statuses that come back.
func raw(address string, number int, tally *tally) {
	request, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err)
	}
	for range number {
		connection := dial(address, tally)
		if connection == nil {
			return
		}
		go func() { _, _ = connection.Write(request) }()
		tally.count(ending(connection))
		connection.Close()
	}
}

// ending reads to the end and tells the statuses of the answers, or how the connection ended without one.
func ending(connection net.Conn) string {
	_ = connection.SetReadDeadline(time.Now().Add(silence))
	reader := bufio.NewReader(connection)
	var statuses []string
	for {
		response, err := http.ReadResponse(reader, nil)
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
			statuses = append(statuses, fmt.Sprint(response.StatusCode))
		}
		if err == nil {
			continue
		}
		if how := last(err); len(statuses) == 0 || how != "closed" {
			statuses = append(statuses, how)
		}
		return strings.Join(statuses, " ")
	}
}

// last is what went wrong at the bottom of an error, in words that do not change.
func last(err error) string {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET),
		errors.Is(err, syscall.EPIPE):
		return "closed"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "no answer"
	}
	text := err.Error()
	if strings.Contains(text, "malformed HTTP") {
		return "no HTTP"
	}
	return strings.TrimSpace(text[strings.LastIndex(text, ":")+1:])
}
