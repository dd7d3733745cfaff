package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// openSQLite opens DIR/gochatting.db, and locks nothing.
func openSQLite(ctx context.Context, dir string) (_ *engine, err error) {
	e := &engine{
		takeTurn: takeNoTurn, classify: classifySQLite, finder: newFTS, wipe: wipeSQLite, sweep: sweepSQLite,
		hurry: func() {}, unlock: unlocked,
	}
	e.migrate = func(ctx context.Context) error { return migrateSQLite(ctx, e.write) }
	path := filepath.Join(dir, "gochatting.db")
	if err := private(path); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	e.write, e.read = sqlitePool(sqliteWriter(path)), sqlitePool(sqliteReader(path))
	e.write.SetMaxOpenConns(1)
	readers := max(4, runtime.GOMAXPROCS(0))
	e.read.SetMaxOpenConns(readers)
	e.read.SetMaxIdleConns(readers)
	if err := e.write.PingContext(ctx); err != nil { // makes the file, which readers do not
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", path, err), e.close())
	}
	return e, nil
}

func sqlitePool(uri string) *sql.DB {
	return sql.OpenDB(checking{sqliteConnector{&sqlite.Driver{}, uri}, asItIs})
}

// A sqliteConnector opens connections to one database.
type sqliteConnector struct {
	driver *sqlite.Driver
	uri    string
}

func (c sqliteConnector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.uri) }

func (c sqliteConnector) Driver() driver.Driver { return c.driver }

// takeNoTurn: nobody else writes.
func takeNoTurn(context.Context, *sql.Tx, turn) error { return nil }

// private makes the file before SQLite does, which would let everybody read it, also in a folder that
// was there before. SQLite gives its log the same mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// sqliteWriter asks for a commit that is on the disk when it returns: synchronous=FULL syncs the log
// at every one, and fullfsync makes macOS mean it. https://www.sqlite.org/pragma.html#pragma_synchronous
// A log of 4000 pages (16 MB) and a cache of 32 MB let a page that changes often be copied seldom.
// secure_delete overwrites what is deleted. https://www.sqlite.org/pragma.html#pragma_secure_delete
func sqliteWriter(path string) string {
	return sqliteURI(path, url.Values{
		"mode":          {"rwc"},
		"_txlock":       {"immediate"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_pragma":       {"fullfsync(1)", "wal_autocheckpoint(4000)", "cache_size(-32768)", "secure_delete(1)"},
	})
}

func sqliteReader(path string) string {
	return sqliteURI(path, url.Values{"mode": {"rw"}, "_query_only": {"on"}})
}

const busyTimeout = "5000" // ms

func sqliteURI(path string, options url.Values) string {
	options.Set("_busy_timeout", busyTimeout)
	options.Set("_foreign_keys", "on")
	options.Set("_dqs", "0")
	// On Windows a path begins with its drive, and still with a slash in a URI.
	u := url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(path), "/"), RawQuery: options.Encode()}
	return u.String()
}

// wipeSQLite moves the log into the database, where what was deleted is overwritten, and empties it:
// the log still has every page as it was. A reader that goes by the log hinders that: the writer waits a
// little for those that are about to end, not for a long one.
// https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
func wipeSQLite(ctx context.Context, db *sql.DB) (done bool, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `PRAGMA busy_timeout = 50`); err != nil {
		return false, err
	}
	var busy, log, moved int
	err = conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &moved)
	_, err2 := conn.ExecContext(ctx, `PRAGMA busy_timeout = `+busyTimeout)
	return busy == 0, errors.Join(err, err2)
}

func classifySQLite(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_FULL {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
