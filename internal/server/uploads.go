package server

import (
	"context"
	"fmt"
	"sync"

	"gochatting/internal/message"
)

// uploads are those under way: what they will take counts as taken.
type uploads struct {
	used  func(ctx context.Context, owner string) (int64, error)
	most  int64 // bytes of one
	quota int64 // bytes of a user, all together

	mu      sync.Mutex
	coming  map[string]int64 // by user
	closed  bool
	running sync.WaitGroup
}

// reserve makes room for an upload of that many bytes, negative if nobody knows, until done is
// called. It may have most bytes.
func (u *uploads) reserve(ctx context.Context, owner string, bytes int64) (most int64, done func(), err error) {
	if bytes > u.most {
		return 0, nil, tooLong(u.most)
	}
	if bytes < 0 {
		bytes = u.most
	}
	coming, open := u.add(owner, bytes)
	if !open {
		return 0, nil, &message.Error{Code: message.CodeNotStored, Text: "The server is stopping. Please try again in a moment."}
	}
	done = func() { u.remove(owner, bytes) }
	// Asked after the reservation: one that has become a file meanwhile counts twice rather than not at all.
	used, err := u.used(ctx, owner)
	if err == nil && used+coming > u.quota {
		err = &message.Error{Code: message.CodeLimit, Text: fmt.Sprintf(
			"Your files would take more than %s together. Delete messages with files first.", size(u.quota))}
	}
	if err != nil {
		done()
		return 0, nil, err
	}
	return bytes, done, nil
}

func (u *uploads) add(owner string, bytes int64) (coming int64, open bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return 0, false
	}
	u.running.Add(1)
	u.coming[owner] += bytes
	return u.coming[owner], true
}

func (u *uploads) remove(owner string, bytes int64) {
	defer u.running.Done()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.coming[owner] -= bytes; u.coming[owner] == 0 {
		delete(u.coming, owner)
	}
}

// close waits for those under way, whose clients are gone.
func (u *uploads) close() {
	u.mu.Lock()
	u.closed = true
	u.mu.Unlock()
	u.running.Wait()
}

func tooLong(most int64) error {
	return &message.Error{Code: message.CodeTooLong, Text: fmt.Sprintf("This file has more than %s. Please send a smaller one.", size(most))}
}

// size is a number of bytes as people say it.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<30 && bytes%(1<<30) == 0:
		return fmt.Sprintf("%d GB", bytes>>30)
	case bytes >= 1<<20:
		return fmt.Sprintf("%.3g MB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.3g KB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", bytes)
}
