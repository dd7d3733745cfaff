package store_test

import (
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
	"gochatting/internal/store"
)

// What is wrong with a database is said, with what to do about it, and never with its password.
func TestPostgresCannotBeOpened(t *testing.T) {
	good, err := url.Parse(postgrestest.New(t))
	require.NoError(t, err)
	query(t, good.String(), `CREATE ROLE nobody LOGIN PASSWORD 'hunter2'`)
	t.Cleanup(func() { query(t, good.String(), `DROP ROLE nobody`) })
	query(t, good.String(), `CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`)
	t.Cleanup(func() { query(t, good.String(), `DROP DATABASE latin`) })
	with := func(change func(u *url.URL)) string {
		u := *good
		change(&u)
		return u.String()
	}
	for name, c := range map[string]struct{ url, says string }{
		"nobody listens": {with(func(u *url.URL) { u.Host = "127.0.0.1:1" }), "cannot be reached"},
		"no such host":   {with(func(u *url.URL) { u.Host = "nowhere.invalid" }), "cannot be reached"},
		"wrong password": {with(func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "hunter2") }), "does not let us in"},
		"no database":    {with(func(u *url.URL) { u.Path = "/nothing" }), "CREATE DATABASE"},
		"no tables":      {with(func(u *url.URL) { u.User = url.UserPassword("nobody", "hunter2") }), "make tables"},
		"no Unicode":     {with(func(u *url.URL) { u.Path = "/latin" }), "ENCODING 'UTF8'"},
		"another engine": {"mysql://ann:hunter2@127.0.0.1/chat", "postgres://user:password@host:5432/name"},
		"no URL":         {"host=127.0.0.1 password=hunter2", "postgres://user:password@host:5432/name"},
		"bad escape":     {"postgres://ann:hunter2%zz@127.0.0.1/chat", "%XX"},
		"bad port":       {"postgres://ann:hunter2@127.0.0.1:port/chat", "%XX"},
		"port too high":  {"postgres://ann:hunter2@127.0.0.1:99999/chat?password=hunter2", "the URL of the database"},
		"no certificate": {"postgres://ann:hunter2@127.0.0.1/chat?sslrootcert=/nowhere.pem&sslmode=verify-full", "nowhere.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for range 2 { // the data folder is let go
				_, err := store.Open(t.Context(), store.Options{Dir: dir, Database: c.url})
				require.ErrorContains(t, err, c.says)
				password, _ := good.User.Password()
				assert.NotContains(t, err.Error(), password)
				assert.NotContains(t, strings.ReplaceAll(err.Error(), "user:password", ""), "hunter2")
			}
		})
	}
}

func TestDataFolderIsForOneWithPostgresToo(t *testing.T) {
	o := store.Options{Dir: t.TempDir(), Database: postgrestest.New(t), Log: slog.New(slog.DiscardHandler)}
	s, err := store.Open(t.Context(), o)
	require.NoError(t, err)
	_, err = store.Open(t.Context(), o)
	require.ErrorIs(t, err, store.ErrLocked)
	require.NoError(t, s.Close())
	assert.NoFileExists(t, o.Dir+"/gochatting.db")
}

// Of two versions side by side the newer one has migrated: the older one starts all the same, and works.
func TestDatabaseOfANewerVersion(t *testing.T) {
	nodes := cluster(t)
	ann := nodes[0].guest(t, "ann")
	url := nodes[0].url
	query(t, url, `
		ALTER TABLE messages ADD COLUMN mood TEXT;
		CREATE TABLE moods (mood TEXT);
		INSERT INTO goose_db_version (version_id, is_applied) VALUES (900, true), (901, true)`)
	_, _, err := nodes[1].say(message.Lobby, ann, "from who was there before")
	require.NoError(t, err)
	late := newNode(t, url, nil)
	_, _, err = late.say(message.Lobby, ann, "from who starts now")
	require.NoError(t, err)
	page, err := late.After(t.Context(), ann.ID, message.Lobby, 0, 0)
	require.NoError(t, err)
	assert.Len(t, page, 2)
}
