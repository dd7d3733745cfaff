package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
	"gochatting/internal/search"
)

// node is a store on a database that others may be on, too.
func node(t *testing.T, database string) *stage {
	s := &stage{dir: t.TempDir()}
	var err error
	s.Store, err = Open(t.Context(), Options{Dir: s.dir, Database: database, Connections: 5, Log: slog.New(slog.NewTextHandler(&s.log, nil))})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// vectors are all tokens that PostgreSQL has, by seq, and want what it should have.
func (s *stage) vectors(t *testing.T) (got, want map[int64][]string) {
	require.NoError(t, s.Indexed(t.Context()))
	type one struct {
		seq    int64
		tokens string
	}
	all, err := list(t.Context(), s.engine.read, func(from row) (o one, err error) {
		err = from.Scan(&o.seq, &o.tokens)
		return o, err
	}, `SELECT seq, array_to_string(tsvector_to_array(tokens), ' ') FROM search WHERE tokens <> ''`)
	require.NoError(t, err)
	got, want = map[int64][]string{}, map[int64][]string{}
	for _, o := range all {
		for _, token := range strings.Fields(o.tokens) {
			bare, of := strings.CutPrefix(token, spanOf(o.seq))
			require.True(t, of, token)
			got[o.seq] = append(got[o.seq], bare)
		}
		slices.Sort(got[o.seq])
	}
	entries, err := list(t.Context(), s.engine.read, scanEntry, selectEntries+`TRUE`)
	require.NoError(t, err)
	for _, e := range entries {
		if len(e.tokens) > 0 {
			want[e.seq] = e.tokens
		}
	}
	return got, want
}

func (s *stage) exact(t *testing.T) {
	t.Helper()
	got, want := s.vectors(t)
	require.Equal(t, want, got)
}

func (s *stage) finds(t *testing.T, who User, query string) (contents []string) {
	t.Helper()
	hits, _, err := s.Search(t.Context(), who.ID, query, 0, 200)
	require.NoError(t, err, query)
	for _, hit := range hits {
		contents = append(contents, hit.Message.TextMessage.Content)
	}
	return contents
}

// What the index has is exactly what the messages say, however they came to say it, and on every node at once.
func TestVectorsAreExact(t *testing.T) {
	database := postgrestest.New(t)
	s, other := node(t, database), node(t, database)
	ann := s.guest(t)
	said := s.say(t, ann, 20)
	require.Len(t, other.finds(t, ann, "聊天"), 20)
	for i, m := range said {
		var err error
		switch i % 4 {
		case 0:
			_, err = other.Edit(t.Context(), ann.ID, m.Room, m.TextMessage.ID, Words{Content: "mug cup " + strings.Repeat("long ", i)})
		case 1:
			_, _, err = s.Delete(t.Context(), ann.ID, m.Room, m.TextMessage.ID)
		case 2:
			_, err = other.Pin(t.Context(), ann.ID, m.Room, m.TextMessage.ID, true)
		}
		require.NoError(t, err)
	}
	require.Len(t, s.finds(t, ann, "mug"), 5)
	require.Len(t, s.finds(t, ann, "cup"), 15)
	s.exact(t)
	act, n, err := s.Purge(t.Context(), Operator, ann.ID)
	require.NoError(t, err)
	require.Equal(t, 15, n)
	got, _ := other.vectors(t)
	require.Empty(t, got)
	_, err = other.Restore(t.Context(), Operator, act)
	require.NoError(t, err)
	s.exact(t)
	require.Len(t, s.finds(t, ann, "cup"), 15)
}

// versions are how many messages were cut by which version.
func (s *stage) versions(t *testing.T) map[int16]int {
	versions := map[int16]int{}
	_, err := list(t.Context(), s.engine.read, func(from row) (_ struct{}, err error) {
		var version int16
		var n int
		err = from.Scan(&version, &n)
		versions[version] = n
		return struct{}{}, err
	}, `SELECT version, COUNT(*) FROM search GROUP BY version`)
	require.NoError(t, err)
	return versions
}

// Of two versions that run side by side the newer one cuts again what the older one cuts, and is left alone; what
// was copied from elsewhere is cut by whoever comes first.
func TestVectorsOfAnotherVersion(t *testing.T) {
	database := postgrestest.New(t)
	older := node(t, database)
	ann := older.guest(t)
	said := older.say(t, ann, 3*cutStep)
	older.exec(t, `UPDATE search_versions SET name = 'an older one'`)
	older.exec(t, `UPDATE search SET tokens = '''0.rubbish'''`)
	require.Equal(t, map[int16]int{1: 3 * cutStep}, older.versions(t))

	newer := node(t, database)
	newer.exact(t)
	require.Equal(t, map[int16]int{2: 3 * cutStep}, newer.versions(t))

	require.NoError(t, older.post(ann, "a red mug"))
	_, err := older.Edit(t.Context(), ann.ID, message.Lobby, said[0].TextMessage.ID, Words{Content: "mug"})
	require.NoError(t, err)
	require.Equal(t, map[int16]int{1: 2, 2: 3*cutStep - 1}, older.versions(t))
	require.Equal(t, []string{"a red mug", "mug"}, newer.finds(t, ann, "mug"))
	require.Equal(t, []string{"a red mug", "mug"}, older.finds(t, ann, "mug"))
	require.Equal(t, map[int16]int{2: 3*cutStep + 1}, older.versions(t))
	again := node(t, database)
	require.Equal(t, int16(2), again.finder.(*gin).version)

	older.exec(t, `UPDATE search SET version = 0, tokens = '' WHERE seq > 100`) // as it was copied
	again.exact(t)
	require.Equal(t, map[int16]int{2: 3*cutStep + 1}, older.versions(t))
}

// What people change while all is cut again is in the end found as it is.
func TestVectorsRaceWithChanges(t *testing.T) {
	database := postgrestest.New(t)
	nodes := []*stage{node(t, database), node(t, database)}
	ann := nodes[0].guest(t)
	said := nodes[0].say(t, ann, 2*cutStep)
	var all sync.WaitGroup
	for round := range 3 {
		nodes[0].exec(t, `UPDATE search SET version = 0, tokens = '''0.rubbish'''`)
		for i := range 6 {
			all.Go(func() {
				s, r := nodes[i%2], rand.New(rand.NewPCG(uint64(round), uint64(i)))
				for n := range 20 {
					m := said[r.IntN(len(said))]
					_, err := s.Edit(context.Background(), ann.ID, m.Room, m.TextMessage.ID, Words{Content: fmt.Sprint("mug ", round, i, n)})
					assert.NoError(t, err)
				}
			})
			all.Go(func() { assert.NoError(t, nodes[i%2].Indexed(context.Background())) })
		}
		all.Wait()
		nodes[0].exact(t)
	}
}

// While something is still to be cut and cannot be, who searches is told, and posting goes on.
func TestVectorsCannotBeCut(t *testing.T) {
	s := node(t, postgrestest.New(t))
	ann := s.guest(t)
	require.NoError(t, s.post(ann, "a blue cup"))
	cutter, err := s.engine.read.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = cutter.ExecContext(t.Context(), `SELECT pg_advisory_xact_lock($1)`, int64(cutting))
	require.NoError(t, err)
	s.exec(t, `UPDATE search SET version = 0, tokens = ''`)
	_, _, err = s.Search(t.Context(), ann.ID, "cup", 0, 0)
	var told *message.Error
	require.ErrorAs(t, err, &told)
	assert.Equal(t, message.CodeSlowDown, told.Code)
	require.NoError(t, s.post(ann, "a red cup"))
	require.NoError(t, cutter.Rollback())
	require.NoError(t, s.Indexed(t.Context()))
	assert.Equal(t, []string{"a red cup", "a blue cup"}, s.finds(t, ann, "cup"))
}

// Searches go from span to span, and miss nothing where one ends.
func TestSearchOverSpans(t *testing.T) {
	s := node(t, postgrestest.New(t))
	ann := s.guest(t)
	var all []string
	const span = 1 << spanBits
	for i, from := range []int{1, span - 100, 3*span - longestWalk, 3 * span, 30*span - 10, 31*span - 700} {
		s.exec(t, fmt.Sprintf(`ALTER SEQUENCE messages_seq_seq RESTART %d`, from))
		for _, m := range s.say(t, ann, 200) {
			all = append(all, m.TextMessage.Content)
		}
		_, err := write(t.Context(), s.Store, "a word for the span", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
			return tx.ExecContext(ctx, `UPDATE messages SET content = content || $1 WHERE seq = $2`, fmt.Sprint(" rare often", i), from+110)
		})
		require.NoError(t, err)
		all[len(all)-90] += fmt.Sprint(" rare often", i)
	}
	s.exec(t, `UPDATE search SET version = 0`)
	slices.Reverse(all)
	for query, want := range map[string]func(content string) bool{
		"cup":          func(string) bool { return true },
		"rare":         func(content string) bool { return strings.Contains(content, "rare") },
		"often3":       func(content string) bool { return strings.Contains(content, "often3") },
		"聊天 -rare":     func(content string) bool { return !strings.Contains(content, "rare") },
		"17":           func(content string) bool { return strings.Contains(content, "cup 17 ") },
		"from:me rare": func(content string) bool { return strings.Contains(content, "rare") },
	} {
		var got []string
		for before := int64(0); ; {
			hits, _, err := s.Search(t.Context(), ann.ID, query, before, 150)
			require.NoError(t, err, query)
			if len(hits) == 0 {
				break
			}
			for _, hit := range hits {
				require.True(t, before == 0 || hit.Seq < before, query)
				before = hit.Seq
				got = append(got, hit.Message.TextMessage.Content)
			}
		}
		require.Equal(t, slices.DeleteFunc(slices.Clone(all), func(content string) bool { return !want(content) }), got, query)
	}
}

// However much there is to be found a message by, PostgreSQL takes it.
func TestVectorsFit(t *testing.T) {
	s := node(t, postgrestest.New(t))
	ann := s.guest(t)
	require.NoError(t, s.post(ann, "here"))
	most := strings.Repeat("x", longestToken-6)
	var tokens []string
	for i := range 1 << 20 / longestToken {
		tokens = append(tokens, fmt.Sprintf("%s%06d", most, i))
	}
	for i := range 300_000 {
		tokens = append(tokens, fmt.Sprintf("%05x", i))
	}
	for _, tokens := range [][]string{tokens, tokens[len(tokens)-300_000:], {strings.Repeat("很", 4000)}} {
		const last = 0xffffff<<spanBits + 1
		s.exec(t, fmt.Sprintf(`UPDATE search SET seq = %d`, last))
		_, err := write(t.Context(), s.Store, "cut", func(ctx context.Context, tx *sql.Tx) (struct{}, error) {
			return struct{}{}, s.finder.(*gin).cut(ctx, tx, []entry{{last, tokens}})
		})
		require.NoError(t, err)
		var first bool
		p := pursuit{wanted: search.Wanted{All: tokens[:1]}}
		err = s.engine.read.QueryRowContext(t.Context(), `SELECT tokens @@ CAST($1 AS TSQUERY) FROM search`, p.query(last)).Scan(&first)
		require.NoError(t, err)
		assert.True(t, first)
	}
}
