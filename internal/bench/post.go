package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// manyWriters write side by side; or one alone.
const manyWriters = 128

// post is how many messages a second are stored and answered, by SQLite alone, by our store, and by
// the whole product, where everyone who writes also hears the others.
func (b *bench) post(ctx context.Context) error {
	for _, writers := range []int{1, manyWriters} {
		ours, err := b.gochatting(func(ctx context.Context, s *server) (Result, error) {
			r, err := b.converse(ctx, s, talk{users: writers, speakers: writers, inAir: 1, duration: b.Duration})
			r.PerSecond /= float64(writers) // from deliveries to messages
			r.Memory, r.Resident = 0, 0     // of too few to say anything
			return r, err
		})
		if err != nil {
			return err
		}
		err = b.compare(ctx, "post", fmt.Sprintf("%d at a time", writers), []contestant{
			{bare, func(ctx context.Context) (Result, error) { return b.bare(ctx, writers) }},
			{alone, func(ctx context.Context) (Result, error) { return b.alone(ctx, writers) }},
			ours,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// bare puts the rows that our store would write into the same tables of the same file, so many in
// a transaction, with nothing but a prepared INSERT.
func (b *bench) bare(ctx context.Context, rows int) (r Result, err error) {
	dir, err := b.folder()
	if err != nil {
		return r, err
	}
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err != nil {
		return r, err
	}
	authors, err := guests(ctx, s, rows)
	if err = errors.Join(err, s.Close()); err != nil {
		return r, err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, "gochatting.db"))+
		"?_txlock=immediate&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on"+
		"&_pragma=wal_autocheckpoint(4000)&_pragma=cache_size(-32768)&_pragma=fullfsync(1)")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	insert, err := db.PrepareContext(ctx, `INSERT INTO messages (room, id, rev, author, ref, content, at, html) VALUES ($1, $2, $3, $4, $5, $6, $7, '')`)
	if err != nil {
		return r, err
	}
	n, took := 0, []time.Duration(nil)
	began := time.Now()
	for time.Since(began) < b.Duration {
		start := time.Now()
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return r, err
		}
		in := tx.StmtContext(ctx, insert)
		for i := range rows {
			n++
			if _, err := in.ExecContext(ctx, message.Lobby, n, n, authors[i].ID, b.ref(n), b.remark(n), time.Now().UnixMicro()); err != nil {
				return r, errors.Join(err, tx.Rollback())
			}
		}
		if err := tx.Commit(); err != nil {
			return r, err
		}
		took = append(took, time.Since(start))
	}
	return stored(n, rows, time.Since(began), took), nil
}

// alone has writers post to our store, each the next when the last is answered.
func (b *bench) alone(ctx context.Context, writers int) (r Result, err error) {
	dir, err := b.folder()
	if err != nil {
		return r, err
	}
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	authors, err := guests(ctx, s, writers)
	if err != nil {
		return r, err
	}
	all := make([][]time.Duration, writers)
	began := time.Now()
	n, err := b.write(ctx, s, authors, func(writer, _ int, took time.Duration) bool {
		all[writer] = append(all[writer], took)
		return time.Since(began) < b.Duration
	})
	return stored(n, writers, time.Since(began), slices.Concat(all...)), err
}

// write has each author post one message after the other until more, which hears of every answer,
// says to stop. It returns how many were stored.
func (b *bench) write(ctx context.Context, s *store.Store, authors []message.User, more func(writer, n int, took time.Duration) bool) (int, error) {
	var writing sync.WaitGroup
	var numbers atomic.Int64
	failed := make([]error, len(authors))
	for i, author := range authors {
		writing.Go(func() {
			for going := true; going; {
				n := int(numbers.Add(1))
				start := time.Now()
				_, _, err := s.Post(ctx, store.Draft{Room: message.Lobby, Author: author, Ref: b.ref(n), Content: b.remark(n)})
				if err != nil {
					failed[i] = err
					return
				}
				going = more(i, n, time.Since(start))
			}
		})
	}
	writing.Wait()
	return int(numbers.Load()), errors.Join(failed...)
}

func stored(n, writers int, long time.Duration, took []time.Duration) Result {
	slices.Sort(took)
	r := Result{Users: writers, Messages: int64(n), PerSecond: float64(n) / long.Seconds()}
	r.timed(took)
	return r
}

func guests(ctx context.Context, s *store.Store, n int) ([]message.User, error) {
	all := make([]message.User, n)
	for i := range all {
		u, err := s.Guest(ctx, name(i, "guest")+"@bench.example", name(i, "guest"), "")
		if err != nil {
			return nil, err
		}
		all[i] = u.Public()
	}
	return all, nil
}

// ref and remark are like what people send over their sockets.
func (b *bench) ref(n int) string { return fmt.Sprintf("%s-%010d", b.run, n) }

func (b *bench) remark(n int) string {
	text := fmt.Sprintf("bench %s %010d", b.run, n)
	return text + dots[len(text):]
}
