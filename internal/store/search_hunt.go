package store

import (
	"context"
	"slices"

	"gochatting/internal/message"
	"gochatting/internal/search"
)

const (
	readAtOnce = 200  // messages that are likely to match
	mostRead   = 5000 // of them for one page
)

// A hunt is one search on its way from the newest message to the oldest.
type hunt struct {
	store      *Store
	viewer     string
	query      *search.Query
	begin, end int64 // seqs from begin on, and before end
}

// narrow leaves out what was said too early or too late. Seqs go with time; when the clock was set back,
// they go astray by as much.
func (h *hunt) narrow(ctx context.Context, before int64) (err error) {
	if before > 0 {
		h.end = before
	}
	if !h.query.Since.IsZero() {
		h.begin, err = h.store.seqAt(ctx, h.query.Since)
	}
	if !h.query.Until.IsZero() && err == nil {
		var until int64
		until, err = h.store.seqAt(ctx, h.query.Until)
		h.end = min(h.end, until)
	}
	return err
}

// page looks at one message after another until limit of them match.
func (h *hunt) page(ctx context.Context, limit int) (hits []Hit, err error) {
	looked, once := 0, limit
	var some []int64
	look := func() error {
		matching, err := h.look(ctx, some)
		hits = append(hits, matching...)
		looked += len(some)
		some = some[:0]
		return err
	}
	rooms := h.wantedRooms()
	for lead, err := range h.store.finder.likely(ctx, h.query, h.begin, h.end) {
		if err != nil {
			return nil, err
		}
		if !rooms[lead.room] {
			continue
		}
		if some = append(some, lead.seq); len(some) < once {
			continue
		}
		if err := look(); err != nil {
			return nil, err
		}
		if len(hits) >= limit {
			return hits[:limit], nil
		}
		if looked >= mostRead {
			return nil, &message.Error{Code: message.CodeInvalid,
				Text: "Too many messages are nearly like this. Please add a word, or say in: which room, from: whom or after: when."}
		}
		once = readAtOnce
	}
	err = look()
	return hits[:min(len(hits), limit)], err
}

// look reads messages and leaves those that match, the newest first.
func (h *hunt) look(ctx context.Context, seqs []int64) ([]Hit, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	args := []any{h.viewer}
	for _, seq := range seqs {
		args = append(args, seq)
	}
	all, err := list(ctx, h.store.engine.read, func(from row) (hit Hit, err error) {
		hit.Message, err = scanMessage(from, &hit.Seq)
		return hit, err
	}, `SELECT m.seq, COALESCE(CASE WHEN m.author = $1 THEN m.ref END, ''), `+fromMessages+`
		WHERE m.seq IN (`+marks(2, len(seqs))+`) ORDER BY m.seq DESC`, args...)
	return slices.DeleteFunc(all, func(hit Hit) bool { return !h.query.Match(search.Of(hit.Message)) }), err
}

func (h *hunt) wantedRooms() map[string]bool {
	rooms := make(map[string]bool, len(h.query.In))
	for _, room := range h.query.In {
		rooms[room] = true
	}
	return rooms
}
