package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	startWait = 2 * time.Minute // a peer may have to be compiled first
	stopWait  = 15 * time.Second
)

// A server is one that answers, and will be stopped if it was started here.
type server struct {
	base     string // http://127.0.0.1:5050
	host     string // 127.0.0.1:5050
	profiles string // where it tells of its memory; "" if it does not
	chat     bool   // it is gochatting: people join, and are welcomed
	people   *people
	words    *words
	http     *http.Client
	wire     *atomic.Int64 // bytes that came over http
	pid      int           // its process, or the first of its group; 0: unknown
	grouped  bool

	others []*server // nodes that are one with it

	cmd  *exec.Cmd
	read sync.WaitGroup // what it prints
	last *tail
}

func (b *bench) server(base string, chat bool, who *people) (*server, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("the server's address: %w", err)
	}
	// The server may know what was said in another round, and a Ref is for one message.
	said, err := newWords(token(), chat)
	if err != nil {
		return nil, err
	}
	s := &server{base: base, host: u.Host, chat: chat, people: who, words: said, wire: new(atomic.Int64)}
	s.http = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: atOnce, MaxConnsPerHost: atOnce, DialContext: counting(s.wire)},
		Timeout:       dialWait,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s, nil
}

// What a server prints when it can be reached: the second tells of its memory.
var (
	opened   = regexp.MustCompile(`open (http://\S+)`)
	profiled = regexp.MustCompile(`[Pp]rofiles(?: are)? at (http://\S+)`)
)

// launch starts a server and returns when it answers.
func (b *bench) launch(ctx context.Context, chat bool, who *people, program string, args ...string) (*server, error) {
	cmd := exec.Command(program, args...)
	cmd.Env = foreign(os.Environ())
	if who != nil && who.database != nil {
		cmd.Env = append(cmd.Env, "GOCHATTING_DATABASE="+who.database.url) // which has a password
	}
	group(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	last := &tail{}
	cmd.Stderr = last
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	running := &server{cmd: cmd, last: last}
	found := make(chan [2]string, 1)
	running.read.Go(func() { read(out, found) })
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	select {
	case at := <-found:
		if at[0] == "" {
			return nil, errors.Join(errors.New("it did not say where it can be reached"), running.stop())
		}
		s, err := b.server(at[0], chat, who)
		if err != nil {
			return nil, errors.Join(err, running.stop())
		}
		s.profiles, s.cmd, s.last, s.pid, s.grouped = at[1], cmd, last, cmd.Process.Pid, true
		s.read.Go(running.read.Wait)
		return s, nil
	case <-ctx.Done():
		return nil, errors.Join(fmt.Errorf("it does not start: %w", ctx.Err()), running.stop())
	}
}

// read finds where the server can be reached, and reads on so that it can print.
func read(out io.Reader, found chan<- [2]string) {
	var at [2]string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := profiled.FindStringSubmatch(lines.Text()); m != nil {
			at[1] = m[1]
		}
		if m := opened.FindStringSubmatch(lines.Text()); m != nil {
			at[0] = m[1]
			break
		}
	}
	found <- at
	_, _ = io.Copy(io.Discard, out) // ends when the server does
}

// foreign is the environment without what sets flags of gochatting.
func foreign(env []string) (rest []string) {
	for _, v := range env {
		if !strings.HasPrefix(v, "GOCHATTING_") {
			rest = append(rest, v)
		}
	}
	return rest
}

// stop ends the server, if it was started here, and what is one with it, and waits for them.
func (s *server) stop() (err error) {
	for _, other := range s.others {
		err = errors.Join(err, other.stop())
	}
	return errors.Join(err, s.end())
}

func (s *server) end() error {
	if s.http != nil {
		s.http.CloseIdleConnections()
	}
	if s.cmd == nil {
		return nil
	}
	terminate(s.cmd)
	stuck := time.AfterFunc(stopWait, func() { kill(s.cmd) })
	s.read.Wait()
	err := s.cmd.Wait()
	if !stuck.Stop() {
		return fmt.Errorf("the server did not end within %s and was killed; the last it said:\n%s", stopWait, s.last)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() < 0 {
		return nil // by our signal: it knows nothing of signals
	}
	if err != nil {
		return fmt.Errorf("the server ended badly: %w; the last it said:\n%s", err, s.last)
	}
	return nil
}

// A tail keeps the end of what a server logs.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailBytes = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - tailBytes; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
