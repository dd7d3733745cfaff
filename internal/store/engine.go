package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
)

// An engine is a database, with what one product of them does differently from the next.
type engine struct {
	write   *sql.DB // one connection, used by the writer alone
	read    *sql.DB
	migrate func(ctx context.Context) error
	shared  bool // whether other nodes may use the database too

	// A transaction of the writer takes no more after turn, when others wait for theirs, and has failed after
	// longest. 0: there is no such limit.
	turn, longest time.Duration

	// takeTurn has a transaction of the writer wait for those of others who write into the same database.
	takeTurn func(ctx context.Context, tx *sql.Tx, t turn) error

	insertMany string // messages, as columnsOf has them; "": there is no such statement

	classify func(error) error // gives the errors that we tell apart their name; nil stays nil

	finder func(ctx context.Context, s *Store) (finder, error)

	// wipe takes from the disk what committed transactions have deleted. done is false if that must be
	// tried again later.
	wipe func(ctx context.Context, write *sql.DB) (done bool, err error)

	// sweep does one part of removing what else is left of what was deleted, beginning with part 1. next
	// is 0 after the last.
	sweep func(ctx context.Context, s *Store, part int) (next int, err error)

	hurry  func() // on closing: what does not answer is not waited for any more
	unlock func() error
}

// openEngine opens the database of a data folder, or the one that o names, for the one process that has
// the data folder.
func openEngine(ctx context.Context, o Options) (*engine, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("store: data folder: %w", err)
	}
	unlock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	var e *engine
	if o.Database != "" && o.Alone {
		err = mustBeAlone(ctx, o.Database)
	}
	switch {
	case err != nil:
	case o.Database == "":
		e, err = openSQLite(ctx, dir)
	default:
		e, err = openPostgres(ctx, o.Database, o.Connections)
	}
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	e.unlock = unlock
	return e, nil
}

// lockFolder makes the folder when it is missing. ErrLocked: another process has it.
func lockFolder(dir string) (unlock func() error, err error) {
	// 0700: addresses are in it.
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("store: data folder: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "lock"))
	switch ours, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("store: lock the data folder: %w", err)
	case !ours:
		return nil, fmt.Errorf("the data folder %s is %w", dir, ErrLocked)
	}
	return lock.Unlock, nil
}

// close leaves the writing connection for last: SQLite then moves its log into the database.
func (e *engine) close() error {
	e.hurry()
	return errors.Join(e.read.Close(), e.write.Close(), e.unlock())
}

// unlocked is what an engine has that nobody locked a folder for.
func unlocked() error { return nil }

// migrator is what brings the tables of a dialect up to date.
func migrator(dialect goose.Dialect, folder string, db *sql.DB, options ...goose.ProviderOption) (*goose.Provider, error) {
	files, err := migrationsOf(folder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, db, files, append(options, goose.WithDisableGlobalRegistry(true))...)
}
