package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/search"
)

// searchPatience is how long a search waits for what was just said to be searchable.
const searchPatience = 2 * time.Second

// A Hit is a message that was looked for, as it stands now. Seq is where it stands among all that was
// ever said.
type Hit struct {
	Seq     int64
	Message message.Message
}

// A finder makes messages searchable and finds them, in the way of one product of databases.
type finder interface {
	// said makes searchable what the posts of a batch said, in its transaction, or leaves that for later.
	said(ctx context.Context, tx *sql.Tx, batch []*job) error

	// changed makes of a message that was found by some tokens one that is found as it is now, in the
	// transaction in which it changes.
	changed(ctx context.Context, tx *sql.Tx, l line, was []string) error

	// hearing has the finder hear of what is published before who did it is answered.
	hearing(published func(room string, heard []message.Message)) func(room string, heard []message.Message)

	// caughtUp returns when everything is searchable that was answered before.
	caughtUp(ctx context.Context) error

	// likely are messages that are likely to match, the newest first, from seq begin on and before
	// end. In which rooms they are it may leave to the caller.
	likely(ctx context.Context, q *search.Query, begin, end int64) iter.Seq2[lead, error]

	start()
	close()
}

// A lead is a message that is likely to be looked for.
type lead struct {
	seq  int64
	room string
}

// Search finds messages in all rooms that the viewer may read, the newest first: limit of them, as for
// Before, that were said before the one of that Seq; before ≤ 0 asks for the newest. See package search
// for what a query is; from: and in: take an ID or a whole name, and from: also me. words are to be marked
// in what is found. It sees everything that was answered before it. A query that cannot be answered gets
// a *message.Error, as does one that comes while very many messages are still to be made searchable.
func (s *Store) Search(ctx context.Context, viewer, query string, before int64, limit int) (hits []Hit, words []string, err error) {
	q, err := search.Parse(query, time.Local)
	if err != nil {
		return nil, nil, err
	}
	if err := s.resolve(ctx, viewer, &q); err != nil {
		return nil, nil, fmt.Errorf("store: search: %w", err)
	}
	if len(q.In) == 0 {
		return nil, q.Words, nil
	}
	if err := s.searchable(ctx); err != nil {
		return nil, nil, fmt.Errorf("store: search: %w", err)
	}
	h := &hunt{store: s, viewer: viewer, query: &q, end: math.MaxInt64}
	if err := h.narrow(ctx, before); err != nil {
		return nil, nil, fmt.Errorf("store: search: %w", err)
	}
	if hits, err = h.page(ctx, pageSize(limit)); err != nil {
		return nil, nil, fmt.Errorf("store: search: %w", err)
	}
	return hits, q.Words, nil
}

// Indexed returns when everything that was answered before can be found.
func (s *Store) Indexed(ctx context.Context) error { return s.finder.caughtUp(ctx) }

func (s *Store) searchable(ctx context.Context) error {
	patient, cancel := context.WithTimeoutCause(ctx, searchPatience, &message.Error{
		Code: message.CodeSlowDown, Text: "Messages are still being made searchable. Please try again in a moment.", RetryAfter: 5,
	})
	defer cancel()
	err := s.finder.caughtUp(patient)
	if err != nil && patient.Err() != nil {
		err = context.Cause(patient)
	}
	return err
}
