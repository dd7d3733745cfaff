package server

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"gochatting/internal/auth"
	"gochatting/internal/gravatar"
	"gochatting/internal/store"
)

const (
	lookers     = 8    // who ask at the same time
	lookQueue   = 1024 // people who wait to be looked up; more are looked up when they come again
	lookTimeout = 30 * time.Second
	lookAgain   = 2 * time.Hour // the latest time for which an upstream that says "later" is waited for
	lookTries   = 5
)

// lookups ask Gravatar in the background who people are: joining never waits for it.
type lookups struct {
	queue  chan lookup
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu      sync.Mutex
	waiting map[string]*time.Timer // by user id: who is in the queue (nil) or to be asked later
}

type lookup struct {
	user  store.User
	tries int
}

func newLookups() *lookups {
	l := &lookups{queue: make(chan lookup, lookQueue), waiting: make(map[string]*time.Timer)}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

func (l *lookups) start(look func(context.Context, store.User) (again time.Time)) {
	for range lookers {
		l.done.Go(func() {
			for {
				select {
				case next := <-l.queue:
					l.asked(next, look(l.ctx, next.user))
				case <-l.ctx.Done():
					return
				}
			}
		})
	}
}

// add has somebody looked up soon, unless they wait for that already or too many do.
func (l *lookups) add(u store.User) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, waits := l.waiting[u.ID]; !waits {
		l.put(lookup{user: u})
	}
}

// put queues somebody. Its caller has the lock.
func (l *lookups) put(next lookup) {
	select {
	case l.queue <- next:
		l.waiting[next.user.ID] = nil
	default:
		delete(l.waiting, next.user.ID)
	}
}

// asked ends a lookup, or has it made again at a time that upstream named.
func (l *lookups) asked(who lookup, again time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.waiting, who.user.ID)
	wait := time.Until(again)
	who.tries++
	if again.IsZero() || wait > lookAgain || who.tries > lookTries || len(l.waiting) >= lookQueue || l.ctx.Err() != nil {
		return
	}
	l.waiting[who.user.ID] = time.AfterFunc(max(wait, time.Second), func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.ctx.Err() == nil {
			l.put(who)
		}
	})
}

func (l *lookups) close() {
	l.mu.Lock()
	l.cancel()
	for _, timer := range l.waiting {
		if timer != nil {
			timer.Stop()
		}
	}
	l.mu.Unlock()
	l.done.Wait()
}

// look asks who somebody is, keeps the answer and tells everyone who has them in the sidebar.
// It returns when to ask again, or zero.
func (s *Server) look(ctx context.Context, u store.User) (again time.Time) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	s.gravatar.Expire(u.Email, u.Looked) // another node may know better
	found, failed := s.gravatar.Look(ctx, u.Email)
	if failed != nil {
		s.out.Debug("look somebody up", "user", u.ID, "err", failed)
		var later *gravatar.Later
		if errors.As(failed, &later) {
			again = later.At
		}
		// Not knowing is no reason to forget what is known by now.
		known, err := s.store.User(ctx, u.ID)
		if err != nil {
			s.out.Error("look somebody up", "user", u.ID, "err", err)
			return again
		}
		found.Name, found.Picture = cmp.Or(found.Name, known.Name), cmp.Or(found.Picture, known.Picture)
	}
	found.Name = cmp.Or(found.Name, auth.Name(u.Email))
	if found.Name == u.Name && found.Picture == u.Picture {
		return again
	}
	if found.At.IsZero() {
		found.At = time.Now()
	}
	_, changed, err := s.store.Rename(ctx, u.ID, found.Name, found.Picture, found.At)
	if err != nil {
		s.out.Error("keep a name", "user", u.ID, "err", err)
		return again
	}
	if changed {
		s.rooms.Changed(ctx, u.ID)
	}
	return again
}
