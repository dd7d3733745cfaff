package server

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A line is one connection, without buffers, to a server that takes its time by a fake clock.
type line struct {
	net.Conn
	ended chan struct{}
}

func (l *line) Accept() (net.Conn, error) {
	if conn := l.Conn; conn != nil {
		l.Conn = nil
		return conn, nil
	}
	<-l.ended
	return nil, net.ErrClosed
}

func (l *line) Close() error   { close(l.ended); return nil }
func (l *line) Addr() net.Addr { return &net.UnixAddr{} }

// talk has the handler answer what comes over a line, with the program's limits, while client speaks.
func talk(t *testing.T, handler http.HandlerFunc, client func(conn net.Conn)) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		web := &http.Server{Handler: handler, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: time.Minute}
		served := make(chan error, 1)
		go func() { served <- web.Serve(&line{theirs, make(chan struct{})}) }()
		client(ours)
		assert.NoError(t, ours.Close())
		assert.NoError(t, web.Close())
		assert.ErrorIs(t, <-served, http.ErrServerClosed)
		time.Sleep(time.Second) // which a connection may take to end
	})
}

// echo tells how much of an upload came, and how it ended.
func echo(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, newSteadyBody(w, r))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
	}
	_, _ = io.WriteString(w, strings.Repeat("x", int(n>>10)))
}

const kilobyte = 1 << 10

func begin(t *testing.T, conn net.Conn) {
	_, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n")
	require.NoError(t, err)
}

func answer(t *testing.T, conn net.Conn) (status int, body string) {
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	data, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(data)
}

// A megabyte in five minutes, with pauses: ten times as long as the server has patience for others.
func TestSlowUploadsArrive(t *testing.T) {
	talk(t, echo, func(conn net.Conn) {
		begin(t, conn)
		for range 16 {
			time.Sleep(20 * time.Second)
			_, err := io.WriteString(conn, strings.Repeat("x", 64*kilobyte))
			require.NoError(t, err)
		}
		status, body := answer(t, conn)
		assert.Equal(t, http.StatusOK, status)
		assert.Len(t, body, 1024)
	})
}

// Half of it, and then silence; or a byte now and then.
func TestHostile07UploadsThatStandStill(t *testing.T) {
	for what, pause := range map[string]time.Duration{"silence": time.Hour, "a drip": 29 * time.Second} {
		talk(t, echo, func(conn net.Conn) {
			began := time.Now()
			begin(t, conn)
			var err error
			for err == nil {
				if _, err = io.WriteString(conn, "x"); err == nil {
					require.NoError(t, conn.SetReadDeadline(time.Now().Add(pause)))
					_, err = conn.Read(make([]byte, 1)) // the answer, if it comes
					if e, is := err.(net.Error); is && e.Timeout() {
						err = nil
					} else if err == nil {
						err = io.EOF
					}
				}
			}
			assert.Less(t, time.Since(began), 2*time.Minute, what)
		})
	}
}

// Somebody saves a file over a line on which that takes ten minutes; then one stops reading.
func TestSlowDownloadsArrive(t *testing.T) {
	content := strings.Repeat("x", 1024*kilobyte)
	download := func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(newSteadyAnswer(w), r, "", time.Time{}, strings.NewReader(content))
	}
	ask := func(conn net.Conn) *bufio.Reader {
		_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		return bufio.NewReaderSize(conn, 4096)
	}
	talk(t, download, func(conn net.Conn) {
		response, err := http.ReadResponse(ask(conn), nil)
		require.NoError(t, err)
		for got := 0; got < len(content); {
			time.Sleep(2 * time.Second)
			n, err := io.ReadFull(response.Body, make([]byte, 4096))
			require.NoError(t, err, "after %d bytes", got)
			got += n
		}
	})
	talk(t, download, func(conn net.Conn) {
		response, err := http.ReadResponse(ask(conn), nil)
		require.NoError(t, err)
		time.Sleep(time.Minute)
		_, err = io.ReadAll(response.Body)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "it was given up")
	})
}
