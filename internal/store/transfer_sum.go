package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A sum is over rows in any order, whichever database they are from: that of the beginnings of their SHA-256.
type sum struct {
	rows  int64
	total uint64
}

// add adds a row: of NULLs, whole numbers and text.
func (s *sum) add(values []any) error {
	var row []byte
	for _, value := range values {
		switch v := value.(type) {
		case nil:
			row = append(row, 'n')
		case int64:
			row = binary.BigEndian.AppendUint64(append(row, 'i'), uint64(v))
		case string:
			row = append(binary.AppendUvarint(append(row, 't'), uint64(len(v))), v...)
		default:
			return fmt.Errorf("a %T in a table", value)
		}
	}
	hash := sha256.Sum256(row)
	s.rows++
	s.total += binary.BigEndian.Uint64(hash[:])
	return nil
}

func (s sum) hex() string { return fmt.Sprintf("%016x", s.total) }

func (s sum) String() string { return fmt.Sprintf("%d rows (%s)", s.rows, s.hex()) }

// A reader reads PostgreSQL, in a transaction or outside of one.
type reader interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
}

// column is all of a query's one column.
func column[T any](ctx context.Context, q reader, query string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[T])
}

// sumOf is that of a table, or of some columns of it.
func sumOf(ctx context.Context, q reader, table string, columns []string, tell func(done int64)) (s sum, err error) {
	rows, err := q.Query(ctx, `SELECT `+strings.Join(columns, ", ")+` FROM `+table)
	if err != nil {
		return sum{}, err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err == nil {
			err = s.add(values)
		}
		if err != nil {
			return sum{}, err
		}
		if s.rows%1000 == 0 {
			tell(s.rows)
		}
	}
	return s, rows.Err()
}

// touched are the tables in one of which something is different when somebody has done something that would be missed,
// each with what changes when they only looked.
var touched = []struct {
	table  string
	except []string
}{
	{"users", []string{"peer", "seen", "looked"}},
	{"rooms", nil}, // rev counts all that is said, changed and deleted
	{"members", []string{"read", "spoke"}},
	{"invitations", nil},
	{"acts", nil},
}

// traceOf sums up what people have done.
func traceOf(ctx context.Context, q reader) (string, error) {
	var trace []string
	for _, of := range touched {
		columns, err := column[string](ctx, q, `
			SELECT column_name FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name = $1 ORDER BY column_name`, of.table)
		if err != nil {
			return "", fmt.Errorf("columns of %s: %w", of.table, err)
		}
		columns = slices.DeleteFunc(columns, func(name string) bool { return slices.Contains(of.except, name) })
		s, err := sumOf(ctx, q, of.table, columns, func(int64) {})
		if err != nil {
			return "", fmt.Errorf("sum of %s: %w", of.table, err)
		}
		trace = append(trace, of.table+" "+s.hex())
	}
	return strings.Join(trace, ", "), nil
}

// untouched is why what is in a database can't be replaced: people have done something in it that was not copied there.
func untouched(ctx context.Context, q reader) error {
	people, err := column[int64](ctx, q, `SELECT COUNT(*) FROM users`)
	if err != nil {
		return fmt.Errorf("store: look at the database: %w", err)
	}
	if people[0] == 0 {
		return nil
	}
	before, err := column[string](ctx, q, `SELECT trace FROM copied`)
	if err != nil {
		return fmt.Errorf("store: look at the database: %w", err)
	}
	now, err := traceOf(ctx, q)
	if err != nil {
		return fmt.Errorf("store: look at the database: %w", err)
	}
	switch {
	case len(before) == 0:
		return errors.New("the database is that of a gochatting with people in it; please give an empty one")
	case before[0] != now:
		return errors.New("people have been in the database since it was copied there, and what they did would be lost; please give an empty one")
	}
	return nil
}
