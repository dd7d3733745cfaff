package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gochatting/internal/search"
)

// A gin makes messages searchable in PostgreSQL's GIN, in the transaction in which they are said: whoever searches
// on any node finds what was answered on any other. Its follower only tidies up, and cuts again what another
// version of package search has cut, or none.
// https://www.postgresql.org/docs/current/gin.html
type gin struct {
	*follower
	store   *Store
	version int16 // of package search, as this database numbers them
}

func newGIN(ctx context.Context, s *Store) (finder, error) {
	g := &gin{follower: newFollower(s.log), store: s}
	g.catchUp = g.tidy
	var err error
	g.version, err = versionOf(ctx, s.engine.read, search.Version)
	return g, err
}

// versionOf gives a version the next number when it comes for the first time: of two that run side by side the
// later one is the newer, and only that one cuts again what the other has cut. Who goes back to an older
// version keeps what the newer one cut.
func versionOf(ctx context.Context, db *sql.DB, name string) (version int16, err error) {
	if _, err := db.ExecContext(ctx, `
		INSERT INTO search_versions (name) SELECT CAST($1 AS TEXT) WHERE NOT EXISTS (SELECT 1 FROM search_versions WHERE name = $1)
		ON CONFLICT DO NOTHING`, name); err != nil {
		return 0, fmt.Errorf("number the version of search: %w", err)
	}
	if err := db.QueryRowContext(ctx, `SELECT version FROM search_versions WHERE name = $1`, name).Scan(&version); err != nil {
		return 0, fmt.Errorf("the number of the version of search: %w", err)
	}
	return version, nil
}

// vectorOf is how the tokens of a message become a tsvector.
const vectorOf = `COALESCE(array_to_tsvector(string_to_array(
	to_hex(m.seq >> ` + spanDigits + `) || '.' || replace(NULLIF(said.tokens, ''), ' ', ' ' || to_hex(m.seq >> ` + spanDigits + `) || '.'), ' ')), '')`

// said costs one statement for all.
func (g *gin) said(ctx context.Context, tx *sql.Tx, batch []*job) error {
	var ids []int64
	var rooms, tokens []string
	for _, j := range batch {
		if j.post == nil || j.err != nil || j.post.repeated {
			continue
		}
		m := j.post.message
		ids = append(ids, m.TextMessage.ID)
		rooms = append(rooms, m.Room)
		tokens = append(tokens, fitting(tokensOf(m)))
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO search (seq, version, room, tokens) SELECT m.seq, $1, m.room, `+vectorOf+`
		FROM unnest(CAST($2 AS TEXT[]), CAST($3 AS BIGINT[]), CAST($4 AS TEXT[])) AS said (room, id, tokens)
		JOIN messages m ON m.room = said.room AND m.id = said.id`, g.version, rooms, ids, tokens)
	return err
}

func (g *gin) changed(ctx context.Context, tx *sql.Tx, l line, was []string) error {
	is := tokensOf(l.Message)
	if slices.Equal(was, is) {
		return nil
	}
	if err := g.cut(ctx, tx, []entry{{l.seq, is}}); err != nil {
		return fmt.Errorf("change tokens: %w", err)
	}
	return nil
}

// cut has messages found by other tokens than before.
func (g *gin) cut(ctx context.Context, tx *sql.Tx, entries []entry) error {
	var seqs []int64
	var tokens []string
	for _, e := range entries {
		seqs = append(seqs, e.seq)
		tokens = append(tokens, fitting(e.tokens))
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE search m SET version = $1, tokens = `+vectorOf+`
		FROM unnest(CAST($2 AS BIGINT[]), CAST($3 AS TEXT[])) AS said (seq, tokens) WHERE m.seq = said.seq`, g.version, seqs, tokens)
	return err
}

// A tsvector has its limits, and no message must fail for them: what is found, Match compares.
// https://www.postgresql.org/docs/current/textsearch-limitations.html
const (
	longestToken  = 200             // bytes, of 2047 with the number of the span
	longestTokens = 1<<20 - 1<<16   // bytes, of all
	longestSpan   = len("fffffff.") // bytes, for more messages than anybody will have
)

// fitting are the tokens as PostgreSQL gets them, with spaces between.
func fitting(tokens []string) string {
	var all strings.Builder
	for i, token := range tokens {
		token = shortened(token)
		if all.Len()+(i+1)*longestSpan+len(token) > longestTokens {
			break
		}
		if i > 0 {
			all.WriteByte(' ')
		}
		all.WriteString(token)
	}
	return all.String()
}

func shortened(token string) string {
	if len(token) <= longestToken {
		return token
	}
	return strings.ToValidUTF8(token[:longestToken], "")
}

// spans are of 2^spanBits seqs.
const (
	spanBits   = 17
	spanDigits = "17"
)

func spanOf(seq int64) string { return strconv.FormatInt(seq>>spanBits, 16) + "." }
