// Package store keeps in SQL what must outlive the process: rooms and what was said in them, users,
// their sessions and their device codes.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"gochatting/internal/message"
)

// What callers tell apart, with errors.Is.
var (
	ErrNotFound  = errors.New("not found") // or not for this user
	ErrForbidden = errors.New("not for this user to do")
	ErrArchived  = errors.New("the room is archived")
	ErrTaken     = errors.New("the name is taken")
	ErrTooMany   = errors.New("there are as many as there may be")
	ErrInvalid   = errors.New("not valid")
	ErrConflict  = errors.New("not as things stand")
	ErrMuted     = errors.New("the user is muted")
	ErrSlow      = errors.New("too soon after the last one")
	ErrBanned    = errors.New("banned")
	ErrHeld      = errors.New("the address is held by somebody else")
	ErrUnproven  = errors.New("the address must be proven")
	ErrUninvited = errors.New("only who is invited comes in")
	ErrWrongCode = errors.New("the code is wrong or dead")
	ErrFull      = errors.New("the disk is full")
	ErrLocked    = errors.New("in use by another gochatting; stop it or choose another with --data")
	ErrClosed    = errors.New("the store is closed")
	ErrAway      = errors.New("the database cannot be reached") // or does not answer now; a try later may do
)

// Options say where a store lives and whom it tells.
type Options struct {
	Dir         string // the data folder; made when missing, and locked while the store is open
	Database    string // of PostgreSQL 13 or later, as postgres://…; "": SQLite in Dir
	Connections int    // to PostgreSQL, at most; at least 2, 0 is 20
	Alone       bool   // ErrLocked if a server is connected to Database

	// Published gets every new message that is written here and every change to one, as the message then is, once
	// and in rev order, after it is on disk and before who did it is answered. It runs on the only goroutine that
	// writes: it must not wait for anything, nor call the store. What it is given it must not change.
	Published func(room string, heard []message.Message)

	Entry Entry // who may come in

	FileQuota int64 // bytes that the files of one user may have together; 0: any number

	Log *slog.Logger     // default: slog.Default()
	Now func() time.Time // default: time.Now; called from several goroutines
}

const pingTime = 3 * time.Second

// A Store is safe for concurrent use. Reads see everything that was answered before them. A write is
// answered when it is on disk; a caller whose context ends stops waiting, and the write may still
// happen. So it may when PostgreSQL could not be heard any more: then it is told as failed, within seconds. Text that
// has NUL in it or is not UTF-8 is ErrInvalid wherever it is given.
type Store struct {
	engine *engine
	writer *writer
	finder finder
	broom  *sweeper
	entry  Entry
	quota  int64
	log    *slog.Logger
	now    func() time.Time
}

// Open opens the store, bringing its tables up to date. ErrLocked: another process has o.Dir.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Published == nil {
		o.Published = func(string, []message.Message) {}
	}
	e, err := openEngine(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := e.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: migrate: %w", err), e.close())
	}
	s := &Store{engine: e, entry: o.Entry, quota: o.FileQuota, log: o.Log, now: o.Now}
	if s.finder, err = e.finder(ctx, s); err == nil {
		o.Published = s.finder.hearing(o.Published)
		s.writer, err = newWriter(ctx, s, o)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: prepare: %w", err), e.close())
	}
	if err := s.enthrone(ctx); err != nil {
		s.writer.close()
		return nil, errors.Join(err, e.close())
	}
	s.finder.start()
	s.broom = newSweeper(s)
	return s, nil
}

// Close writes and answers what was accepted, refuses the rest with ErrClosed, and lets the data
// folder go. It may be called again.
func (s *Store) Close() error {
	s.broom.close()
	s.finder.close()
	s.writer.close()
	return s.engine.close()
}

// Ping says within 3 seconds whether both ways work: a real read and a real write. A transaction that changes
// nothing would succeed on a full disk too.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	if _, err := s.Rev(ctx, message.Lobby); err != nil {
		return s.engine.classify(err)
	}
	_, err := writeBeside(ctx, s, "ping", "pulse", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `UPDATE pulse SET at = $1`, s.now().UnixMicro())
	})
	return s.engine.classify(err)
}

// A querier reads, inside a transaction or outside of one.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// A row is the one of a sql.Row, or the present one of sql.Rows.
type row interface{ Scan(into ...any) error }

// list reads all that a query finds.
func list[T any](ctx context.Context, q querier, scan func(from row) (T, error), query string, args ...any) (all []T, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// found gives the absence of a row its name here.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// marks lists n parameters, the first of them $from.
func marks(from, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = "$" + strconv.Itoa(from+i)
	}
	return strings.Join(list, ", ")
}

func moment(micros int64) time.Time { return time.UnixMicro(micros).UTC() }
