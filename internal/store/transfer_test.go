package store_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"log/slog"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
	"gochatting/internal/store"
)

// A town is a data folder in whose every table there is something.
type town struct {
	t              *testing.T
	dir            string
	ann, ben, olga store.Session
	rooms          []string
}

func openTown(t *testing.T) *town {
	w := &town{t: t, dir: t.TempDir()}
	s := openIn(t, w.dir, "")
	defer func() { require.NoError(t, s.Close()) }()
	ctx := t.Context()
	w.olga, w.ann, w.ben = come(t, s, "olga"), come(t, s, "ann"), come(t, s, "ben")
	eve := come(t, s, "eve").User
	attic, _, err := s.MakeRoom(ctx, w.ann.User.ID, store.NewRoom{Name: "Attic 季度", Kind: message.PrivateRoom, Users: []string{w.ben.User.ID}})
	require.NoError(t, err)
	two, _, err := s.MakeRoom(ctx, w.ann.User.ID, store.NewRoom{Kind: message.DirectRoom, Users: []string{w.ben.User.ID}})
	require.NoError(t, err)
	w.rooms = []string{message.Lobby, attic.ID, two.ID}

	say := func(d store.Draft) message.Message {
		m, _, err := s.Post(ctx, d)
		require.NoError(t, err)
		return m
	}
	for _, room := range w.rooms {
		for _, content := range []string{"one", "two, 中文 and 👍🏽", "three"} {
			say(store.Draft{Room: room, Author: w.ann.User.Public(), Ref: room + content, Content: content})
		}
	}
	f := store.File{
		File: message.File{ID: store.NewFileID(), Name: "cup.png", Type: "image/png", Size: 3, Width: 4, Height: 5},
		Hash: strings.Repeat("a", 64), PreviewHash: strings.Repeat("b", 64), Owner: w.ben.User.ID, Created: time.Now(),
	}
	require.NoError(t, s.AddFile(ctx, f))
	rich := say(store.Draft{
		Room: attic.ID, Author: w.ben.User.Public(), Content: "@ann look", HTML: "<p>look</p>", ReplyTo: 2, Mentions: []string{w.ann.User.ID},
		Files: []message.File{{ID: f.ID, Alt: "a cup"}},
	}).TextMessage
	_, err = s.React(ctx, w.ann.User.ID, attic.ID, rich.ID, "👍", true)
	require.NoError(t, err)
	_, err = s.Pin(ctx, w.ann.User.ID, attic.ID, rich.ID, true)
	require.NoError(t, err)
	_, err = s.Edit(ctx, w.ann.User.ID, message.Lobby, 1, store.Words{Content: "edited"})
	require.NoError(t, err)
	_, _, err = s.Delete(ctx, w.ann.User.ID, message.Lobby, 3)
	require.NoError(t, err)

	_, _, _, err = s.NewCode(ctx, w.ann.ID)
	require.NoError(t, err)
	_, _, _, err = s.NewProof(ctx, "new@example.org", []byte("a browser"))
	require.NoError(t, err)
	_, _, err = s.Invite(ctx, w.ann.User.ID, attic.ID, message.RoleMember, time.Hour, 3)
	require.NoError(t, err)
	say(store.Draft{Room: message.Lobby, Author: eve.Public(), Content: "spam"})
	_, _, err = s.Purge(ctx, w.olga.User.ID, eve.ID)
	require.NoError(t, err)
	_, err = s.Ban(ctx, w.olga.User.ID, eve.ID, time.Now().Add(time.Hour), []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32")})
	require.NoError(t, err)
	one := 1
	_, err = s.ChangeRoom(ctx, w.ann.User.ID, attic.ID, store.RoomChange{Slow: &one})
	require.NoError(t, err)
	say(store.Draft{Room: attic.ID, Author: w.ben.User.Public(), Content: "slowly"})
	_, err = s.Secret(ctx, "shared", func() (string, error) { return "xyz", nil })
	require.NoError(t, err)
	return w
}

// openIn opens the store of a data folder, or that of a database, with a folder of its own.
func openIn(t *testing.T, dir, database string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Database: database, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	return s
}

func come(t *testing.T, s *store.Store, name string) store.Session {
	t.Helper()
	token := sha256.Sum256([]byte(name))
	claimed, err := s.Claim(t.Context(), store.Claim{Email: name + "@example.org", Name: name, Peer: "203.0.113.7/32", TokenHash: token[:], Browser: "a browser"})
	require.NoError(t, err)
	return claimed.Session
}

// seen is all that two people see.
func (w *town) seen(s *store.Store) (all []any) {
	for _, me := range []store.Session{w.ann, w.ben} {
		rooms, err := s.Rooms(w.t.Context(), me.User.ID)
		require.NoError(w.t, err)
		all = append(all, rooms)
		for _, room := range w.rooms {
			page, err := s.Since(w.t.Context(), me.User.ID, room, 0, 0)
			require.NoError(w.t, err)
			assert.NotEmpty(w.t, page)
			pins, err := s.Pins(w.t.Context(), me.User.ID, room)
			require.NoError(w.t, err)
			all = append(all, page, pins)
		}
		devices, err := s.Devices(w.t.Context(), me.User.ID)
		require.NoError(w.t, err)
		assert.NotEmpty(w.t, devices)
		all = append(all, devices)
	}
	acts, err := s.Acts(w.t.Context(), w.olga.User.ID, "", 0)
	require.NoError(w.t, err)
	bans, err := s.Bans(w.t.Context(), w.olga.User.ID)
	require.NoError(w.t, err)
	secret, err := s.Secret(w.t.Context(), "shared", func() (string, error) { return "another", nil })
	require.NoError(w.t, err)
	return append(all, acts, bans, secret)
}

func (w *town) transfer(to string) (tables []store.Table, err error) {
	t, err := store.OpenTransfer(w.t.Context(), w.dir, to)
	if err != nil {
		return nil, err
	}
	defer func() { require.NoError(w.t, t.Close()) }()
	return t.Tables(w.t.Context(), func(string, int64, int64) {})
}

func (w *town) moved(to string) []store.Table {
	w.t.Helper()
	tables, err := w.transfer(to)
	require.NoError(w.t, err)
	return tables
}

// exec does something to the data folder behind the back of its store.
func (w *town) exec(query string, args ...any) {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.dir, "gochatting.db"))
	require.NoError(w.t, err)
	_, err = db.ExecContext(w.t.Context(), query, args...)
	require.NoError(w.t, err)
	require.NoError(w.t, db.Close())
}

func TestEverythingIsTransferred(t *testing.T) {
	t.Parallel()
	w, to := openTown(t), postgrestest.New(t)
	here := openIn(t, w.dir, "")
	before := w.seen(here)
	_, err := store.OpenTransfer(t.Context(), w.dir, to)
	require.ErrorIs(t, err, store.ErrLocked)
	require.NoError(t, here.Close())

	for _, table := range w.moved(to) {
		assert.Positive(t, table.Rows, "the test must have something in %s", table.Name)
		assert.Zero(t, table.Mended)
	}
	there := openIn(t, t.TempDir(), to)
	defer func() { require.NoError(t, there.Close()) }()
	assert.Equal(t, before, w.seen(there))

	// And all of it goes on.
	m, repeated, err := there.Post(t.Context(), store.Draft{Room: message.Lobby, Author: w.ann.User.Public(), Ref: message.Lobby + "one", Content: "one"})
	require.NoError(t, err)
	assert.True(t, repeated)
	assert.EqualValues(t, 1, m.TextMessage.ID)
	rev, err := there.Rev(t.Context(), message.Lobby)
	require.NoError(t, err)
	m, _, err = there.Post(t.Context(), store.Draft{Room: message.Lobby, Author: w.ann.User.Public(), Content: "the next thing"})
	require.NoError(t, err)
	assert.Equal(t, rev+1, m.TextMessage.ID)
	_, err = there.Mute(t.Context(), w.olga.User.ID, w.ben.User.ID, time.Now().Add(time.Hour))
	require.NoError(t, err, "acts go on being counted")
	require.NoError(t, there.Indexed(t.Context()))
	hits, _, err := there.Search(t.Context(), w.ann.User.ID, "中文", 0, 0)
	require.NoError(t, err)
	assert.Len(t, hits, 3)
}

// Whoever adds a table decides whether it is copied, and whoever adds a column has it in both.
func TestEveryTableIsTransferredOrNot(t *testing.T) {
	t.Parallel()
	w, to := openTown(t), postgrestest.New(t)
	names := []string{"goose_db_version", "pulse", "assets", "indexed"}
	for _, table := range w.moved(to) {
		names = append(names, table.Name)
	}
	db, err := sql.Open("sqlite", filepath.Join(w.dir, "gochatting.db"))
	require.NoError(t, err)
	defer db.Close()
	here := text(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search%'`)
	assert.ElementsMatch(t, names, here)

	other, err := sql.Open("pgx", to)
	require.NoError(t, err)
	defer other.Close()
	for _, name := range names[4:] {
		assert.ElementsMatch(t, text(t, db, `SELECT name FROM pragma_table_info($1)`, name),
			text(t, other, `SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1`, name), name)
	}
}

// text is the one column of a query.
func text(t *testing.T, db *sql.DB, query string, args ...any) (all []string) {
	rows, err := db.QueryContext(t.Context(), query, args...)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var one string
		require.NoError(t, rows.Scan(&one))
		all = append(all, one)
	}
	require.NoError(t, rows.Err())
	return all
}

// As often as nobody has done anything that would be lost; who only looked has not.
func TestATransferAgain(t *testing.T) {
	t.Parallel()
	w, to := openTown(t), postgrestest.New(t)
	first := w.moved(to)
	assert.Equal(t, first, w.moved(to), "at once")

	trial := openIn(t, t.TempDir(), to)
	require.NoError(t, trial.Ping(t.Context()))
	_, _, err := trial.SetRead(t.Context(), w.ben.User.ID, message.Lobby, 2)
	require.NoError(t, err)
	require.NoError(t, trial.Touch(t.Context(), []string{w.ann.ID}))
	token := sha256.Sum256([]byte("ben"))
	bens, err := trial.Sessions(t.Context(), [][]byte{token[:]}, "198.51.100.1/32")
	require.NoError(t, err)
	require.Len(t, bens, 1)
	_, err = w.transfer(to)
	require.EqualError(t, err, "a gochatting runs on this database; stop it first")
	require.NoError(t, trial.Close())
	here := openIn(t, w.dir, "")
	_, _, err = here.Post(t.Context(), store.Draft{Room: message.Lobby, Author: w.ann.User.Public(), Content: "meanwhile"})
	require.NoError(t, err)
	want := w.seen(here)
	require.NoError(t, here.Close())
	assert.NotEqual(t, first, w.moved(to))
	there := openIn(t, t.TempDir(), to)
	assert.Equal(t, want, w.seen(there))

	_, _, err = there.Post(t.Context(), store.Draft{Room: message.Lobby, Author: w.ann.User.Public(), Content: "here now"})
	require.NoError(t, err)
	require.NoError(t, there.Close())
	for range 2 {
		_, err = w.transfer(to)
		require.EqualError(t, err, "people have been in the database since it was copied there, and what they did would be lost; please give an empty one")
	}
}

func TestADatabaseThatIsNotFree(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	used := postgrestest.New(t)
	s := openIn(t, t.TempDir(), used)
	require.NoError(t, s.Close())
	w.moved(used) // a node had made the tables, and nobody came

	used = postgrestest.New(t)
	s = openIn(t, t.TempDir(), used)
	come(t, s, "zoe")
	require.NoError(t, s.Close())
	_, err := store.OpenTransfer(t.Context(), w.dir, used)
	require.EqualError(t, err, "the database is that of a gochatting with people in it; please give an empty one")

	// Somebody may still come while the files are copied.
	used = postgrestest.New(t)
	tr, err := store.OpenTransfer(t.Context(), w.dir, used)
	require.NoError(t, err)
	s = openIn(t, t.TempDir(), used)
	come(t, s, "zoe")
	require.NoError(t, s.Close())
	_, err = tr.Tables(t.Context(), func(string, int64, int64) {})
	require.EqualError(t, err, "the database is that of a gochatting with people in it; please give an empty one")
	require.NoError(t, tr.Close())

	// Or a server starts then, in which nobody is yet.
	used = postgrestest.New(t)
	tr, err = store.OpenTransfer(t.Context(), w.dir, used)
	require.NoError(t, err)
	s = openIn(t, t.TempDir(), used)
	_, err = s.Nodes(t.Context(), "beside")
	require.NoError(t, err)
	_, err = tr.Tables(t.Context(), func(string, int64, int64) {})
	require.ErrorContains(t, err, "a gochatting has started on this database")
	require.NoError(t, tr.Close())
	require.NoError(t, s.Close())

	others := postgrestest.New(t)
	w.in(others, `CREATE TABLE invoices (id BIGINT)`)
	_, err = store.OpenTransfer(t.Context(), w.dir, others)
	require.EqualError(t, err, "the database has tables of something else (invoices); please give an empty one")

	_, err = w.transfer("postgres://127.0.0.1:1/x?password=geheim")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "geheim")
	require.NoError(t, openIn(t, w.dir, "").Close(), "the folder is let go")
}

// in does something to a database behind the back of its nodes.
func (w *town) in(database, query string) {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), database)
	require.NoError(w.t, err)
	defer func() { require.NoError(w.t, conn.Close(context.WithoutCancel(w.t.Context()))) }()
	_, err = conn.Exec(w.t.Context(), query)
	require.NoError(w.t, err)
}

// What fails, or is interrupted, leaves everything as it was.
func TestHalfATransfer(t *testing.T) {
	t.Parallel()
	w, to := openTown(t), postgrestest.New(t)
	first := w.moved(to)
	w.exec(`UPDATE users SET folded = 'other' WHERE name = 'ann'`)

	// The last of the tables cannot be copied as it is.
	w.in(to, `CREATE FUNCTION spoil() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN NEW.value = NEW.value || '!'; RETURN NEW; END $$`)
	w.in(to, `CREATE TRIGGER spoil BEFORE INSERT ON secrets FOR EACH ROW EXECUTE FUNCTION spoil()`)
	_, err := w.transfer(to)
	require.ErrorContains(t, err, "store: copy secrets: 1 rows (")
	require.ErrorContains(t, err, " were copied, and 1 rows (")

	tr, err := store.OpenTransfer(t.Context(), w.dir, to)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = tr.Tables(ctx, func(step string, _, _ int64) {
		if step == "copying messages" {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, tr.Close())

	there, err := sql.Open("pgx", to)
	require.NoError(t, err)
	defer there.Close()
	assert.Len(t, text(t, there, `SELECT id FROM users WHERE folded <> 'other'`), int(first[0].Rows))
	assert.Len(t, text(t, there, `SELECT content FROM messages`), int(first[4].Rows))
	w.in(to, `DROP TRIGGER spoil ON secrets`)
	assert.NotEqual(t, first[0], w.moved(to)[0])
}

// SQLite keeps any bytes as text; PostgreSQL takes neither NUL nor broken UTF-8.
func TestTextThatPostgresCannotKeep(t *testing.T) {
	t.Parallel()
	w, to := openTown(t), postgrestest.New(t)
	w.exec(`UPDATE sessions SET browser = 'a' || char(0) || 'b' WHERE id = $1`, w.ann.ID)
	w.exec(`UPDATE sessions SET browser = CAST(x'61ff62' AS TEXT) WHERE id = $1`, w.ben.ID)
	w.exec(`UPDATE rooms SET topic = CAST('as bytes' AS BLOB)`)
	for _, table := range w.moved(to) {
		if table.Name == "sessions" {
			assert.EqualValues(t, 2, table.Mended)
		} else {
			assert.Zero(t, table.Mended)
		}
	}
	there := openIn(t, t.TempDir(), to)
	defer func() { require.NoError(t, there.Close()) }()
	for _, me := range []store.Session{w.ann, w.ben} {
		devices, err := there.Devices(t.Context(), me.User.ID)
		require.NoError(t, err)
		assert.Equal(t, "a\ufffdb", devices[0].Browser)
	}
}
