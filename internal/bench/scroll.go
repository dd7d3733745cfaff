package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"gochatting/internal/store"
)

// seeders fill a history; writeTogether of them share a transaction.
const seeders = 512

// scroll asks for pages of a long history, one after the other.
func (b *bench) scroll(ctx context.Context) error {
	if b.URL != "" {
		b.tell("scroll needs a server with a long history of its own; it is left out with --url")
		return nil
	}
	dir, err := b.folder()
	if err != nil {
		return err
	}
	b.tell("scroll: writing %s messages", count(int64(b.sizes.history)))
	if err := b.fill(ctx, dir); err != nil {
		return err
	}
	who := &people{run: b.run + token()}
	if err := b.compare(ctx, "scroll", "from start to first page", []contestant{{product, func(ctx context.Context) (Result, error) {
		start := time.Now()
		return b.gochattingIn(dir, who, func(ctx context.Context, s *server) (Result, error) {
			_, err := s.get(ctx, "/", "")
			took := time.Since(start)
			return stored(1, 1, took, []time.Duration{took}), err
		}).measure(ctx)
	}}}); err != nil {
		return err
	}
	middle := b.sizes.history / 2
	for _, place := range []struct{ name, query string }{
		{"at the end", ""},
		{"back from the middle", fmt.Sprintf("?before=%d", middle)},
		{"on from the middle", fmt.Sprintf("?after=%d", middle)},
		{"at the beginning", "?after=0"},
		{"what changed lately", fmt.Sprintf("?since=%d", b.sizes.history-50)},
		{"what changed since the middle", fmt.Sprintf("?since=%d", middle)},
	} {
		ours := b.gochattingIn(dir, who, func(ctx context.Context, s *server) (Result, error) {
			return b.leaf(ctx, s, "/api/v1/rooms/lobby/messages"+place.query)
		})
		if err := b.compare(ctx, "scroll", place.name, []contestant{ours}); err != nil {
			return err
		}
	}
	return nil
}

// fill writes a history.
func (b *bench) fill(ctx context.Context, dir string) (err error) {
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	authors, err := guests(ctx, s, min(seeders, b.sizes.history))
	if err != nil {
		return err
	}
	_, err = b.write(ctx, s, authors, func(_, n int, _ time.Duration) bool { return n+len(authors) <= b.sizes.history })
	return err
}

// leaf asks for a page again and again.
func (b *bench) leaf(ctx context.Context, s *server, path string) (r Result, err error) {
	cookies, err := s.people.join(ctx, s, 1)
	if err != nil {
		return r, err
	}
	var took []time.Duration
	used := s.usage()
	for began := time.Now(); time.Since(began) < b.Duration/warmUp; {
		start := time.Now()
		if _, err := s.get(ctx, path, cookies.of(0)); err != nil {
			return r, err
		}
		took = append(took, time.Since(start))
	}
	r = stored(len(took), 1, sum(took), took)
	r.CPU = float64((s.usage().cpu - used.cpu).Microseconds()) / float64(len(took))
	return r, nil
}

// get asks the API for something as one who joined.
func (s *server) get(ctx context.Context, path, cookie string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Cookie", cookie)
	response, err := s.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, refusal(response)
	}
	return io.ReadAll(response.Body)
}

func sum(all []time.Duration) (total time.Duration) {
	for _, d := range all {
		total += d
	}
	return total
}
