package main

import (
	"bytes"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
)

// A transcript keeps what a program writes, and lets others wait for it.
type transcript struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{} // closed at the next Write
}

func newTranscript() *transcript { return &transcript{grown: make(chan struct{})} }

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.grown)
	s.grown = make(chan struct{})
	return s.text.Write(p)
}

func (s *transcript) String() string {
	text, _ := s.read()
	return text
}

func (s *transcript) read() (text string, grown <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String(), s.grown
}

// await waits until something matches and gives its first group, or the whole match.
func (s *transcript) await(t *testing.T, pattern string) string {
	t.Helper()
	wanted := regexp.MustCompile(pattern)
	late := time.After(chattest.Patience)
	for {
		text, grown := s.read()
		if found := wanted.FindStringSubmatch(text); found != nil {
			return found[len(found)-1]
		}
		select {
		case <-grown:
		case <-late:
			require.Failf(t, "was not written", "%s\nbut:\n%s", pattern, text)
		}
	}
}
