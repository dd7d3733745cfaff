package server

import (
	"errors"
	"io"
	"net/http"
	"time"

	"gochatting/internal/message"
)

// A file takes its time over a bad line. These are the limits instead of the server's own.
const (
	stall   = 30 * time.Second // without a byte
	slowest = 1 << 10          // bytes a second, on the whole
)

// A steadyBody is a request's body for which there is time as long as it makes progress.
type steadyBody struct {
	body    io.Reader
	control *http.ResponseController
	began   time.Time
	read    int64
}

func newSteadyBody(w http.ResponseWriter, r *http.Request) *steadyBody {
	return &steadyBody{body: r.Body, control: http.NewResponseController(w), began: time.Now()}
}

func (s *steadyBody) Read(p []byte) (int, error) {
	now := time.Now()
	deadline := now.Add(stall)
	if last := s.began.Add(stall + time.Duration(s.read/slowest)*time.Second); last.Before(deadline) {
		deadline = last
	}
	if err := s.control.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	n, err := s.body.Read(p)
	s.read += int64(n)
	switch {
	case errors.Is(err, io.EOF):
		// What follows takes as long as it takes, while the client waits, and then it is answered.
		if err := errors.Join(s.control.SetReadDeadline(time.Time{}), s.control.SetWriteDeadline(time.Time{})); err != nil {
			return n, err
		}
		return n, io.EOF
	case err != nil:
		return n, &message.Error{Code: message.CodeInvalid, Text: "The upload broke off. Please try again."}
	}
	return n, nil
}

// A steadyAnswer is an answer for which there is time as long as it makes progress.
type steadyAnswer struct {
	http.ResponseWriter
	control *http.ResponseController
}

func newSteadyAnswer(w http.ResponseWriter) *steadyAnswer {
	return &steadyAnswer{w, http.NewResponseController(w)}
}

func (s *steadyAnswer) Write(p []byte) (int, error) {
	if err := s.control.SetWriteDeadline(time.Now().Add(stall)); err != nil {
		return 0, err
	}
	return s.ResponseWriter.Write(p)
}
