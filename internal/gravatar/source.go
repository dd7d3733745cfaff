package gravatar

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"time"
)

const (
	day        = 24 * time.Hour
	again      = 5 * time.Minute // until an address is asked for again after a failure
	soon       = time.Minute     // until one that was answered is, whoever may want it
	maxFlights = 256
)

var errBusy = errors.New("too many questions at once")

// A fact is what upstream said: a name or a picture, or no bytes when it knows of none. The
// zero fact was never heard.
type fact struct {
	data []byte
	at   time.Time
}

// fresh is false for a fact from the future, too: then somebody has set the clock.
func (f fact) fresh(now time.Time) bool {
	age := now.Sub(f.at)
	return 0 <= age && age < day
}

type record struct {
	fact
	retry time.Time // not to be asked for before
}

// A source is an upstream that knows one fact about each address, with the memory of what it
// said. It is asked once at a time for one address.
type source struct {
	ask     func(ctx context.Context, hash string) ([]byte, error)
	timeout time.Duration // for one question with its answer
	now     func() time.Time
	disk    *disk
	log     *slog.Logger

	ctx   context.Context // ends with close
	stop  context.CancelFunc
	work  sync.WaitGroup
	slots chan struct{} // held while upstream is being asked

	mu      sync.Mutex // guards what follows
	closed  bool
	records shelf[record]
	flights map[string]*flight
	gate    gate
}

func newSource(ask func(context.Context, string) ([]byte, error), at *url.URL, dir string, room int, log *slog.Logger) (*source, error) {
	log = log.With("upstream", at.Host)
	disk, err := openDisk(dir, at.String(), log)
	if err != nil {
		return nil, err
	}
	s := &source{
		ask: ask, timeout: 10 * time.Second, now: time.Now, disk: disk, log: log,
		slots: make(chan struct{}, 4), records: shelf[record]{room: room}, flights: make(map[string]*flight),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.work.Go(disk.prune)
	return s, nil
}

func (s *source) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.work.Wait()
}

// A flight is a question under way. It outlives those who wait for it.
type flight struct {
	before fact // what was known at its start
	done   chan struct{}
	fact   fact // these two from done on
	err    error
}

func landed(f fact, err error) *flight {
	done := make(chan struct{})
	close(done)
	return &flight{before: f, done: done, fact: f, err: err}
}

// wait answers what was known before when ctx ends or upstream fails, beside the error.
func (f *flight) wait(ctx context.Context) (fact, error) {
	select {
	case <-f.done:
		return f.fact, f.err
	case <-ctx.Done():
		return f.before, ctx.Err()
	}
}

// begin asks for hash unless it is known or upstream may not be asked. It does not wait.
func (s *source) begin(hash string) *flight {
	s.recall(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	r, _ := s.records.get(hash)
	f, flying := s.flights[hash]
	switch shut := latest(r.retry, s.gate.opens()); {
	case r.fresh(now):
		return landed(r.fact, nil)
	case flying:
		return f
	case now.Before(shut):
		return landed(r.fact, &Later{At: shut})
	case s.closed:
		return landed(r.fact, context.Canceled)
	case len(s.flights) >= maxFlights:
		return landed(r.fact, errBusy)
	}
	f = &flight{before: r.fact, done: make(chan struct{})}
	s.flights[hash] = f
	s.work.Go(func() { s.fly(hash, f) })
	return f
}

func (s *source) fly(hash string, f *flight) {
	data, err := s.inquire(hash)
	r := record{fact: f.before}
	var later *Later

	s.mu.Lock()
	switch now := s.now(); {
	case err == nil:
		r.fact = fact{data: data, at: now}
	case !errors.As(err, &later) && s.ctx.Err() == nil:
		r.retry = now.Add(again)
	}
	s.keep(hash, r)
	delete(s.flights, hash)
	s.mu.Unlock()

	f.fact, f.err = r.fact, err
	close(f.done)
	if err == nil {
		s.disk.write(hash, r.fact)
	}
}

// inquire asks upstream, when it is this question's turn and upstream is still to be asked.
func (s *source) inquire(hash string) ([]byte, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-s.ctx.Done():
		return nil, s.ctx.Err()
	}
	s.mu.Lock()
	err := s.gate.enter(s.now(), s.timeout)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.timeout)
	defer cancel()
	data, err := s.ask(ctx, hash)
	if s.ctx.Err() != nil {
		return nil, s.ctx.Err()
	}
	s.mu.Lock()
	shut := s.gate.leave(s.now(), err)
	s.mu.Unlock()
	switch {
	case !shut.IsZero():
		s.log.Warn("gravatar: upstream is left alone for a while", "until", shut, "err", err)
	case err != nil:
		s.log.Debug("gravatar: no answer", "err", err)
	}
	return data, err
}

// glance is for somebody who looks at a page: it waits up to patience where nothing is known
// yet, unless upstream has just kept somebody waiting in vain. A fact that is no longer fresh
// is answered at once and asked for behind.
func (s *source) glance(ctx context.Context, hash string, patience time.Duration) fact {
	f := s.begin(hash)
	if !f.before.at.IsZero() {
		return f.before
	}
	s.mu.Lock()
	slow := s.now().Before(s.gate.slow)
	s.mu.Unlock()
	if slow {
		patience = 0
	}
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	known, err := f.wait(short)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil && !slow {
		s.mu.Lock()
		s.gate.slow = s.now().Add(rest)
		s.mu.Unlock()
	}
	return known
}

// recall brings what the disk knows of hash to memory.
func (s *source) recall(hash string) {
	s.mu.Lock()
	_, ok := s.records.get(hash)
	s.mu.Unlock()
	if ok {
		return
	}
	f, ok := s.disk.read(hash)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.records.get(hash); !ok {
		s.keep(hash, record{fact: f})
	}
}

// expire makes a fact about hash that is older than before, and than a minute, one that is no longer fresh.
func (s *source) expire(hash string, before time.Time) {
	s.recall(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if r, ok := s.records.get(hash); ok && r.at.Before(before) && now.Sub(r.at) > soon && r.fresh(now) {
		r.at = now.Add(-day)
		s.keep(hash, r)
	}
}

func (s *source) keep(hash string, r record) {
	s.records.put(hash, r, len(r.data))
}
