package store

import (
	"context"
	"iter"
	"slices"

	"gochatting/internal/message"
	"gochatting/internal/search"
)

const (
	fewRooms  = 4    // the index is asked for them at once
	firstLook = 200  // messages that the index is asked for
	laterLook = 2000 // and then

	readAtOnce = 200  // messages that are likely to match
	mostRead   = 5000 // of them for one page
)

// A hunt is one search on its way from the newest message to the oldest.
type hunt struct {
	store      *Store
	viewer     string
	query      *search.Query
	rooms      map[string]bool // in which to look
	begin, end int64           // seqs from begin on, and before end
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
	for seq, err := range h.likely(ctx) {
		if err != nil {
			return nil, err
		}
		if some = append(some, seq); len(some) < once {
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

// likely are the messages that are likely to match, the newest first. Most people may read most of what
// there is, so it is first seen whether what has the tokens is in their rooms: an index is slow when asked for
// one of many rooms. Only where little of it is, seeing would be slower.
func (h *hunt) likely(ctx context.Context) iter.Seq2[int64, error] {
	type place struct {
		seq  int64
		room string
	}
	wanted := h.query.Wanted()
	inRooms := len(wanted.Rooms) <= fewRooms
	return func(yield func(int64, error) bool) {
		for n := firstLook; ; n = laterLook {
			some, err := list(ctx, h.store.engine.read, func(from row) (p place, err error) {
				err = from.Scan(&p.seq, &p.room)
				return p, err
			}, selectFound, expression(wanted, inRooms), h.begin, h.end, n)
			if err != nil {
				yield(0, err)
				return
			}
			for _, p := range some {
				if h.rooms[p.room] && !yield(p.seq, nil) {
					return
				}
			}
			if len(some) < n {
				return
			}
			h.end = some[len(some)-1].seq
			inRooms = inRooms || n == laterLook
		}
	}
}
