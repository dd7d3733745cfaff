package postgrestest

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A Server is one that a test has to itself. It keeps its port and its data while it is stopped.
type Server struct {
	URL    string // of an empty database in it
	t      testing.TB
	server *server
}

// Stop ends it as an administrator does who does not wait for anybody: what runs is undone.
func (s *Server) Stop() {
	s.t.Helper()
	require.NoError(s.t, s.server.end("fast"))
}

// Kill ends it as a crash does: the next start goes through the log.
func (s *Server) Kill() {
	s.t.Helper()
	require.NoError(s.t, s.server.end("immediate"))
}

// Start has it back, taking connections when this returns.
func (s *Server) Start() {
	s.t.Helper()
	require.NoError(s.t, s.server.begin())
}

// Pause makes it a server that answers nothing and closes nothing, until Resume.
func (s *Server) Pause() {
	s.t.Helper()
	s.signal(syscall.SIGSTOP)
}

func (s *Server) Resume() {
	s.t.Helper()
	s.signal(syscall.SIGCONT)
}

// signal reaches the first process first, so that it begins no other while it is paused.
func (s *Server) signal(what syscall.Signal) {
	s.t.Helper()
	pids, err := s.server.pids()
	require.NoError(s.t, err)
	require.NoError(s.t, syscall.Kill(pids[0], what))
	pids, err = s.server.pids()
	require.NoError(s.t, err)
	for _, pid := range pids[1:] {
		_ = syscall.Kill(pid, what) // it may have ended just now
	}
}

// Database is the URL of another fresh database in it.
func (s *Server) Database() (url string) {
	s.t.Helper()
	url, _ = s.server.create(s.t)
	return url
}
