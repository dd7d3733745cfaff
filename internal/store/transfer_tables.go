package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// transferred are the tables that are copied, in an order in which what others refer to comes first. All others
// nodes fill themselves.
var transferred = [...]string{
	"users", "names", "rooms", "members", "messages", "mentions", "files", "sessions", "codes", "proofs", "invitations",
	"peer_bans", "acts", "purged", "spoke", "secrets",
}

// A Table is one that was copied, the same on both sides.
type Table struct {
	Name string
	Rows int64
	Sum  string // over all that is in it, in hexadecimal

	// Mended is how many texts had what PostgreSQL cannot keep, NUL or broken UTF-8, and have U+FFFD instead.
	Mended int64
}

// Tables copies the tables, in place of what an earlier Transfer has left in them, and compares both sides. All of it
// is there when it returns, or nothing. tell hears, often, how far which step is, in rows.
func (t *Transfer) Tables(ctx context.Context, tell func(step string, done, of int64)) (all []Table, err error) {
	tx, err := t.conn.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: copy: %w", err)
	}
	defer func() {
		if undone := tx.Rollback(context.WithoutCancel(ctx)); !errors.Is(undone, pgx.ErrTxClosed) {
			err = errors.Join(err, undone)
		}
	}()
	if _, err := tx.Exec(ctx, `LOCK TABLE users IN ACCESS EXCLUSIVE MODE`); err != nil {
		return nil, fmt.Errorf("store: copy: %w", err)
	}
	var nodes bool // that have started since: they would go on with what is not theirs any more
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM nodes WHERE seen > clock_timestamp() - make_interval(secs => $1))`, nodeLife.Seconds()).Scan(&nodes)
	switch {
	case err != nil:
		return nil, fmt.Errorf("store: copy: %w", err)
	case nodes:
		return nil, errors.New("a gochatting has started on this database, or was killed less than 15 seconds ago; stop it, and run this again")
	}
	if err := untouched(ctx, tx); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `TRUNCATE copied, search, `+strings.Join(transferred[:], ", ")+` RESTART IDENTITY`)
	if err != nil {
		return nil, fmt.Errorf("store: copy: %w", err)
	}
	for _, name := range transferred {
		table, err := t.table(ctx, tx, name, tell)
		if err != nil {
			return nil, fmt.Errorf("store: copy %s: %w", name, err)
		}
		all = append(all, table)
	}
	if err := finish(ctx, tx); err != nil {
		return nil, fmt.Errorf("store: copy: %w", err)
	}
	if err := tx.Commit(ctx); err != nil {
		return nil, fmt.Errorf("store: copy: %w", err)
	}
	return all, nil
}

// table copies one, and reads what has become of it.
func (t *Transfer) table(ctx context.Context, tx pgx.Tx, name string, tell func(step string, done, of int64)) (Table, error) {
	var rows int64
	if err := t.from.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+name).Scan(&rows); err != nil {
		return Table{}, err
	}
	columns, err := list(ctx, t.from.read, scanID, `SELECT name FROM pragma_table_info($1) ORDER BY cid`, name)
	if err != nil {
		return Table{}, err
	}
	there, err := t.from.read.QueryContext(ctx, `SELECT `+strings.Join(columns, ", ")+` FROM `+name)
	if err != nil {
		return Table{}, err
	}
	defer there.Close()
	outgoing := &outgoing{rows: there, width: len(columns), tell: func(done int64) { tell("copying "+name, done, rows) }}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{name}, columns, outgoing); err != nil {
		return Table{}, err
	}
	outgoing.tell(outgoing.sum.rows)
	arrived, err := sumOf(ctx, tx, name, columns, func(done int64) { tell("checking "+name, done, rows) })
	if err != nil {
		return Table{}, err
	}
	if arrived != outgoing.sum {
		return Table{}, fmt.Errorf("%s were copied, and %s have arrived", outgoing.sum, arrived)
	}
	return Table{Name: name, Rows: arrived.rows, Sum: arrived.hex(), Mended: outgoing.mended}, nil
}

// finish has seqs go on after what was copied, has search cut everything into words again, and notes how it all was.
func finish(ctx context.Context, tx pgx.Tx) error {
	for _, name := range []string{"messages", "acts"} {
		_, err := tx.Exec(ctx, `SELECT setval(pg_get_serial_sequence('`+name+`', 'seq'), COALESCE(MAX(seq) + 1, 1), false) FROM `+name)
		if err != nil {
			return fmt.Errorf("seqs of %s: %w", name, err)
		}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO search (seq, room) SELECT seq, room FROM messages`); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	trace, err := traceOf(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO copied (trace) VALUES ($1)`, trace); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `ANALYZE`) // or the first queries would be planned for empty tables
	return err
}

// outgoing are the rows of a table on their way, summed up as they go.
type outgoing struct {
	rows   *sql.Rows
	width  int
	values []any
	err    error
	sum    sum
	mended int64
	tell   func(done int64)
}

func (o *outgoing) Next() bool {
	if o.err != nil || !o.rows.Next() {
		return false
	}
	o.values = make([]any, o.width)
	into := make([]any, o.width)
	for i := range into {
		into[i] = &o.values[i]
	}
	if o.err = o.rows.Scan(into...); o.err != nil {
		return false
	}
	for i, v := range o.values {
		var mended bool
		if o.values[i], mended = mend(v); mended {
			o.mended++
		}
	}
	if o.err = o.sum.add(o.values); o.err != nil {
		return false
	}
	if o.sum.rows%1000 == 0 {
		o.tell(o.sum.rows)
	}
	return true
}

func (o *outgoing) Values() ([]any, error) { return o.values, nil }

func (o *outgoing) Err() error { return errors.Join(o.err, o.rows.Err()) }

// mend makes of a value one that PostgreSQL keeps.
func mend(value any) (_ any, mended bool) {
	if b, ok := value.([]byte); ok {
		value = string(b) // SQLite gives back what it was given, in columns of text too
	}
	s, ok := value.(string)
	if !ok {
		return value, false
	}
	fit := strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
	return fit, fit != s
}
