package store_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gochatting/internal/store"
	"gochatting/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T, o store.Options) *store.Store {
		o.Log = slog.New(slog.DiscardHandler)
		s, err := store.Open(t.Context(), o)
		require.NoError(t, err)
		return s
	})
}

func TestDataFolderIsForOne(t *testing.T) {
	// A name that a URI must escape.
	dir := filepath.Join(t.TempDir(), "data? 100% #1")
	first, err := store.Open(t.Context(), store.Options{Dir: dir})
	require.NoError(t, err)
	_, err = store.Open(t.Context(), store.Options{Dir: dir})
	require.ErrorIs(t, err, store.ErrLocked)
	assert.EqualError(t, err, "the data folder "+dir+" is in use by another gochatting; stop it or choose another with --data")
	require.NoError(t, first.Ping(t.Context()), "the first is not disturbed")
	require.NoError(t, first.Close())
	require.NoError(t, first.Close(), "again")
	assert.FileExists(t, filepath.Join(dir, "gochatting.db"))
	assert.NoFileExists(t, filepath.Join(dir, "gochatting.db-wal"), "the log is in the database")
	third, err := store.Open(t.Context(), store.Options{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, third.Close())
}

func TestDataFolderCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := store.Open(t.Context(), store.Options{Dir: file})
	require.Error(t, err)

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "gochatting.db"), []byte("this is no database, but long enough to be one of something else"), 0o600))
	for range 2 { // the lock is let go
		_, err = store.Open(t.Context(), store.Options{Dir: dir})
		require.Error(t, err)
		assert.NotErrorIs(t, err, store.ErrLocked)
	}
}
