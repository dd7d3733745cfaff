package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// search looks for things in a long history of many rooms, one after the other: what people look for, and
// what is hardest to find.
func (b *bench) search(ctx context.Context) (err error) {
	if b.URL != "" {
		b.tell("search needs a long history of its own; it is left out with --url")
		return nil
	}
	dir, err := b.folder()
	if err != nil {
		return err
	}
	o := store.Options{Dir: dir}
	if b.Database != "" {
		d, err := b.database(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, d.drop()) }()
		o.Database = d.url
	}
	var clock atomic.Int64
	o.Now = func() time.Time { // so that there are many days
		return time.Date(2026, 1, 1, 0, 0, 0, 0, time.Local).Add(time.Duration(clock.Add(1)) * time.Minute)
	}
	s, err := store.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	g, err := gossip(ctx, s, b.sizes.history)
	if err != nil {
		return err
	}
	b.tell("search: writing %s messages", count(int64(g.size)))
	if err := b.once(ctx, "written", func(ctx context.Context) (Result, error) { return g.write(ctx, s) }); err != nil {
		return err
	}
	if err := b.once(ctx, "made searchable after that", func(ctx context.Context) (Result, error) {
		began := time.Now()
		err := s.Indexed(ctx)
		took := time.Since(began)
		return stored(g.size, 1, took, []time.Duration{took}), err
	}); err != nil {
		return err
	}
	for _, c := range g.questions() {
		if err := b.compare(ctx, "search", c.name, []contestant{{alone, func(ctx context.Context) (Result, error) {
			return b.ask(ctx, s, c)
		}}}); err != nil {
			return err
		}
	}
	return nil
}

// once measures what can be done only once.
func (b *bench) once(ctx context.Context, of string, measure func(ctx context.Context) (Result, error)) error {
	r, err := measure(ctx)
	if err != nil {
		return err
	}
	r.Scenario, r.Case, r.Server = "search", of, alone
	b.tell("    %s: %s", of, r.line())
	b.report.add(summarize([][]Result{{r}}))
	return nil
}

// ask searches again and again.
func (b *bench) ask(ctx context.Context, s *store.Store, q question) (r Result, err error) {
	var took []time.Duration
	for began := time.Now(); time.Since(began) < b.Duration/warmUp; {
		start := time.Now()
		_, _, err := s.Search(ctx, q.viewer, q.queries[len(took)%len(q.queries)], q.before, 0)
		if err != nil {
			return r, fmt.Errorf("%s: %w", q.name, err)
		}
		took = append(took, time.Since(start))
	}
	return stored(len(took), 1, sum(took), took), nil
}

// A question is asked of the store in turns of its queries.
type question struct {
	name, viewer string
	before       int64
	queries      []string
}

// questions are of the insider, who reads everything, and of the outsider, who reads two rooms in which
// little is said.
func (g *gossips) questions() []question {
	in, out := g.insider, g.outsider
	rare := make([]string, 50)
	for i := range rare {
		rare[i] = vocable(5_000 + 700*i)
	}
	return []question{
		{"a common word", in, 0, []string{"the", "of", "and"}},
		{"a common word, halfway back", in, int64(g.size / 2), []string{"the", "of", "and"}},
		{"two common words", in, 0, []string{"the of", "and to"}},
		{"a rare word", in, 0, rare},
		{"no such word", in, 0, []string{"nosuchword"}},
		{"a phrase of common words", in, 0, []string{`"of the"`, `"the of and"`}},
		{"a phrase that nobody said", in, 0, []string{`"the eager of"`, `"the the the the the the"`}},
		{"two common words that never meet", in, 0, []string{"eager weary"}},
		{"twelve common words", in, 0, []string{"the of and to in is you that it he was for"}},
		{"a Chinese character", in, 0, []string{"的", "是"}},
		{"a Chinese word", in, 0, []string{"我们", "时候", "中国"}},
		{"a Chinese phrase", in, 0, []string{"我们的时候", "中国人民"}},
		{"a common word of somebody", in, 0, []string{"the from:" + g.authors[3].ID}},
		{"a common word in a small room", in, 0, []string{"the in:Corner", "eager weary in:Corner"}},
		{"a common word on a day", in, 0, []string{"the on:2026-01-02"}},
		{"without a common word", in, 0, []string{"eager -the -of"}},
		{"links", in, 0, []string{"has:link", "has:link from:" + g.authors[5].ID}},
		{"outsider: a common word", out, 0, []string{"the", "的"}},
		{"outsider: a word hardly said there", out, 0, []string{vocable(3_000), vocable(4_000)}},
		{"outsider: two that never meet", out, 0, []string{"eager weary"}},
		{"outsider: only said elsewhere", out, 0, []string{"elsewhere"}},
	}
}

// gossips are rooms and who talks in them.
type gossips struct {
	size              int
	authors           []message.User
	insider, outsider string
	rooms             []string // larger ones first
	corner            string
}

const (
	gossipers   = 100 // as many as can be invited at once
	gossipRooms = 24
)

// gossip makes private rooms with everyone in them but the outsider, and a corner with the outsider.
func gossip(ctx context.Context, s *store.Store, size int) (*gossips, error) {
	everyone, err := guests(ctx, s, gossipers+2)
	if err != nil {
		return nil, err
	}
	g := &gossips{size: size, authors: everyone[2:], insider: everyone[0].ID, outsider: everyone[1].ID}
	invited := make([]string, 0, gossipers)
	for _, u := range g.authors {
		invited = append(invited, u.ID)
	}
	for i := range gossipRooms {
		room, _, err := s.MakeRoom(ctx, g.insider, store.NewRoom{Name: fmt.Sprintf("Team %d", i), Kind: message.PrivateRoom, Users: invited})
		if err != nil {
			return nil, err
		}
		g.rooms = append(g.rooms, room.ID)
	}
	corner, _, err := s.MakeRoom(ctx, g.insider, store.NewRoom{Name: "Corner", Kind: message.PrivateRoom, Users: append(invited[1:], g.outsider)})
	if err != nil {
		return nil, err
	}
	g.corner = corner.ID
	return g, nil
}

// write has everybody talk, each the next when the last is answered.
func (g *gossips) write(ctx context.Context, s *store.Store) (Result, error) {
	var writing sync.WaitGroup
	var numbers atomic.Int64
	failed := make([]error, len(g.authors))
	all := make([][]time.Duration, len(g.authors))
	began := time.Now()
	for i, author := range g.authors {
		writing.Go(func() {
			for n := int(numbers.Add(1)); n <= g.size && failed[i] == nil; n = int(numbers.Add(1)) {
				room, content := g.remark(n)
				if room == g.corner {
					author = g.authors[1] // who is there
				}
				start := time.Now()
				_, _, failed[i] = s.Post(ctx, store.Draft{Room: room, Author: author, Content: content})
				all[i] = append(all[i], time.Since(start))
				author = g.authors[i]
			}
		})
	}
	writing.Wait()
	var took []time.Duration
	for _, own := range all {
		took = append(took, own...)
	}
	return stored(g.size, len(g.authors), time.Since(began), took), errors.Join(failed...)
}

// remark is message number n: a third is Chinese. Most rooms are much smaller than the largest.
func (g *gossips) remark(n int) (room, content string) {
	d := newDice(n)
	room = g.rooms[int(float64(len(g.rooms))*d.part()*d.part()*d.part())]
	switch {
	case n%20_000 == 7:
		room = g.corner
	case n%100 == 0:
		room = message.Lobby
	}
	var text strings.Builder
	if n%3 == 0 {
		for range 8 + d.below(20) {
			text.WriteRune(ideograph(d.zipf(3_000)))
			if d.below(9) == 0 {
				text.WriteString("，")
			}
		}
	} else {
		for range 4 + d.below(16) {
			text.WriteString(vocable(d.zipf(50_000)))
			text.WriteByte(' ')
		}
	}
	switch {
	case n%5 < 2:
		text.WriteString(" eager")
	case n%5 < 4:
		text.WriteString(" weary")
	}
	if n%50 == 0 {
		fmt.Fprintf(&text, " https://example.org/%d", n)
	}
	if room != g.corner && room != message.Lobby && n%4 == 1 {
		text.WriteString(" elsewhere")
	}
	return room, text.String()
}
