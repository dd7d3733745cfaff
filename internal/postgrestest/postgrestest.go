// Package postgrestest runs the real PostgreSQL for tests: a private server in a temporary folder,
// and a fresh database for each test.
//
// A server ends with its test process, however that ends. Where PostgreSQL is not installed, tests
// that need it are skipped.
package postgrestest

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shared is the server that the tests of this process have together, started by the first.
var shared = sync.OnceValues(start)

// New gives the URL of a fresh database, dropped when the test ends.
func New(t testing.TB) (url string) {
	t.Helper()
	s, err := shared()
	need(t, err)
	url, name := s.create(t)
	t.Cleanup(func() { assert.NoError(t, s.query(t, "DROP DATABASE "+name+" WITH (FORCE)")) })
	return url
}

// Start runs a server of the test's own, which it may stop. It is gone when the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := start()
	need(t, err)
	t.Cleanup(s.remove)
	url, _ := s.create(t)
	return &Server{URL: url, t: t, server: s}
}

// create makes a database whose name is nobody else's.
func (s *server) create(t testing.TB) (url, name string) {
	name = "test_" + strings.ToLower(rand.Text())
	require.NoError(t, s.query(t, "CREATE DATABASE "+name))
	return s.url(name), name
}

func (s *server) query(t testing.TB, sql string) error {
	ctx, cancel := contextOf(t)
	defer cancel()
	db, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, sql)
	if closeErr := db.Close(ctx); err == nil {
		err = closeErr
	}
	return err
}

func (s *server) url(database string) string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s", role, s.password, s.port, database)
}
