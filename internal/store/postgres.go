package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	defaultConnections = 20
	fewestConnections  = 2 // one writes

	oldestPostgres = 13

	turnTime    = 500 * time.Millisecond // it takes some of them
	longestTurn = 6 * time.Second        // whoever writes is told
)

// openPostgres opens the database of a URL, and locks nothing.
func openPostgres(ctx context.Context, database string, connections int) (*engine, error) {
	config, err := postgresConfig(database)
	if err != nil {
		return nil, err
	}
	if connections == 0 {
		connections = defaultConnections
	}
	server := &peer{}
	write := postgresPool(config, server.dial, times{idle: 3 * time.Second, lock: 4 * time.Second, statement: 5 * time.Second}, 1)
	read := postgresPool(config, server.dial, times{idle: 5 * time.Second, lock: 4 * time.Second, statement: 5 * time.Second}, max(connections, fewestConnections)-1)
	e := &engine{
		write: write, read: read, shared: true, turn: turnTime, longest: longestTurn, takeTurn: takeTurn, classify: classifyPostgres,
		insertMany: insertMany, finder: newGIN, wipe: wipeNothing, sweep: sweepNothing, hurry: func() { server.leaving.Store(true) }, unlock: unlocked,
	}
	e.migrate = func(ctx context.Context) error { return migratePostgres(ctx, config) }
	if err := fit(ctx, write); err != nil {
		return nil, errors.Join(explainPostgres(err), e.close())
	}
	return e, nil
}

// postgresPool lets connections go that are not needed for a while, and all of them in time, so that the next ones
// find where the database is then.
func postgresPool(config *pgx.ConnConfig, dial pgconn.DialFunc, t times, connections int) *sql.DB {
	own := config.Copy()
	own.DialFunc = dial
	t.set(own.RuntimeParams)
	pool := sql.OpenDB(naming{checking{stdlib.GetConnector(*own), asNumber}})
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(time.Hour)
	return pool
}

// fit is why a database cannot be used.
func fit(ctx context.Context, db *sql.DB) error {
	var version int
	var encoding string
	err := db.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS INTEGER), current_setting('server_encoding')`).
		Scan(&version, &encoding)
	switch {
	case err != nil:
		return err
	case version/10000 < oldestPostgres:
		return fmt.Errorf("this is PostgreSQL %d, and %d is the oldest that will do; please upgrade it", version/10000, oldestPostgres)
	case encoding != "UTF8":
		return fmt.Errorf("the database keeps text in %s; please make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0", encoding)
	}
	return nil
}

// wipeNothing: PostgreSQL keeps versions of what was deleted until it vacuums, its own log longer, and backups for
// as long as their keeper does. None of that is ours to hurry.
func wipeNothing(context.Context, *sql.DB) (done bool, err error) { return true, nil }

func sweepNothing(context.Context, *Store, int) (next int, err error) { return 0, nil }
