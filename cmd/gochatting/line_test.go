package main

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A badLine leads to a server. Uploads may be held on it after their first bytes, or cut.
type badLine struct {
	Base   string
	server string
	all    sync.WaitGroup

	mu      sync.Mutex
	open    chan struct{} // closed while nothing is held
	held    []net.Conn
	cutting bool
}

func newBadLine(t *testing.T, base string) *badLine {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l := &badLine{Base: "http://" + listener.Addr().String(), server: strings.TrimPrefix(base, "http://"), open: make(chan struct{})}
	close(l.open)
	var mu sync.Mutex
	var lines []net.Conn
	l.all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			lines = append(lines, client)
			mu.Unlock()
			l.all.Go(func() { l.carry(client) })
		}
	})
	t.Cleanup(func() {
		assert.NoError(t, listener.Close())
		mu.Lock()
		for _, client := range lines {
			_ = client.Close() // it may be
		}
		mu.Unlock()
		l.release()
		l.all.Wait()
	})
	return l
}

// hold stops all uploads that begin from now on in their midst.
func (l *badLine) hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = make(chan struct{})
}

func (l *badLine) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.open:
	default:
		close(l.open)
	}
	l.held, l.cutting = nil, false
}

// cut breaks off those that are held, and what the browser tries by itself instead, until release.
func (l *badLine) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cutting = true
	for _, client := range l.held {
		_ = client.Close() // it may be
	}
}

func (l *badLine) meet(client net.Conn) (open chan struct{}, cutting bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = append(l.held, client)
	return l.open, l.cutting
}

func (l *badLine) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer server.Close()
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	})
	defer back.Wait()
	defer server.Close()
	in := bufio.NewReaderSize(client, 64<<10)
	for {
		// Whatever comes in one piece; a request always begins one.
		if _, err := in.Peek(1); err != nil {
			return
		}
		piece, err := in.Peek(in.Buffered())
		if err != nil {
			return
		}
		if strings.HasPrefix(string(piece), "POST /api/v1/files") {
			open, cutting := l.meet(client)
			if cutting {
				return
			}
			if _, err := io.CopyN(server, in, 16<<10); err != nil {
				return
			}
			<-open
			continue
		}
		if _, err := io.CopyN(server, in, int64(len(piece))); err != nil {
			return
		}
	}
}
