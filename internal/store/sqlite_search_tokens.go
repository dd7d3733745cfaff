package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"

	"gochatting/internal/search"
)

// What SQLite's FTS5 does for us. It takes and gives away tokens by the same text, and has no other record of
// what there is of a message: so the index always has exactly what the messages say.
// https://www.sqlite.org/fts5.html#contentless_tables
const (
	addTokens   = `INSERT INTO search (rowid, tokens) VALUES ($1, $2)`
	dropTokens  = `INSERT INTO search (search, rowid, tokens) VALUES ('delete', $1, $2)`
	mergeSome   = `INSERT INTO search (search, rank) VALUES ('merge', 16)` // pages
	dropAll     = `INSERT INTO search (search) VALUES ('delete-all')`
	selectFound = `
		SELECT m.seq, m.room FROM search s CROSS JOIN messages m ON m.seq = s.rowid
		WHERE search MATCH $1 AND s.rowid >= $2 AND s.rowid < $3 ORDER BY s.rowid DESC LIMIT $4`
)

// expression asks for what is wanted in the language of FTS5.
// https://www.sqlite.org/fts5.html#full_text_query_syntax
func expression(w search.Wanted, rooms bool) string {
	parts := []string{oneOf(" AND ", w.All)}
	if len(w.Authors) > 0 {
		parts = append(parts, oneOf(" OR ", w.Authors))
	}
	if rooms {
		parts = append(parts, oneOf(" OR ", w.Rooms))
	}
	all := "(" + strings.Join(parts, " AND ") + ")"
	if len(w.None) > 0 {
		all += " NOT " + oneOf(" OR ", w.None)
	}
	return all
}

func oneOf(or string, tokens []string) string { return `("` + strings.Join(tokens, `"`+or+`"`) + `")` }

func (x *fts) changed(ctx context.Context, tx *sql.Tx, l line, was []string) error {
	var indexed int64
	if err := tx.QueryRowContext(ctx, `SELECT seq FROM indexed`).Scan(&indexed); err != nil {
		return fmt.Errorf("how far the index is: %w", err)
	}
	is := tokensOf(l.Message)
	if l.seq > indexed || slices.Equal(was, is) {
		return nil
	}
	if len(was) > 0 {
		if _, err := tx.ExecContext(ctx, dropTokens, l.seq, strings.Join(was, " ")); err != nil {
			return fmt.Errorf("drop tokens: %w", err)
		}
	}
	return indexTokens(ctx, tx, l.seq, is)
}

func indexTokens(ctx context.Context, tx *sql.Tx, seq int64, tokens []string) error {
	if len(tokens) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, addTokens, seq, strings.Join(tokens, " ")); err != nil {
		return fmt.Errorf("add tokens: %w", err)
	}
	return nil
}

const (
	fewRooms  = 4    // the index is asked for them at once
	firstLook = 200  // messages that the index is asked for
	laterLook = 2000 // and then
)

// likely sees first whether what has the tokens is in the rooms, for most people may read most of what there
// is, and an index is slow when asked for one of many rooms. Only where little of it is, seeing would be
// slower.
func (x *fts) likely(ctx context.Context, q *search.Query, begin, end int64) iter.Seq2[lead, error] {
	return func(yield func(lead, error) bool) {
		wanted := q.Wanted()
		inRooms := len(wanted.Rooms) <= fewRooms
		for n := firstLook; ; n = laterLook {
			some, err := list(ctx, x.store.engine.read, scanLead, selectFound, expression(wanted, inRooms), begin, end, n)
			if err != nil {
				yield(lead{}, err)
				return
			}
			for _, l := range some {
				if !yield(l, nil) {
					return
				}
			}
			if len(some) < n {
				return
			}
			end = some[len(some)-1].seq
			inRooms = inRooms || n == laterLook
		}
	}
}
