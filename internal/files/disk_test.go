package files

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A register knows what is used, as the database does.
type register struct {
	mu    sync.Mutex
	users map[string]int
}

func (r *register) change(hash string, by int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.users[hash] += by
}

func (r *register) used(_ context.Context, hash string) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.users[hash] > 0, nil
}

func openDisk(t testing.TB) (*Disk, *register) {
	r := &register{users: make(map[string]int)}
	d, err := OpenDisk(filepath.Join(t.TempDir(), "files"), r.used)
	require.NoError(t, err)
	return d, r
}

// there lists the files in a folder and below.
func there(t testing.TB, dir string) (paths []string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, strings.TrimPrefix(path, dir+string(os.PathSeparator)))
		}
		return err
	}))
	return paths
}

func TestOnTheDisk(t *testing.T) {
	d, _ := openDisk(t)
	b, release := put(t, d, "hello")
	release()
	assert.Equal(t, []string{b.Hash[:2] + "/" + b.Hash[2:]}, there(t, d.dir))
	require.NoError(t, filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := e.Info()
		require.NoError(t, err)
		assert.Zero(t, info.Mode().Perm()&0o077, "%s is for us alone", path)
		return nil
	}))
	require.NoError(t, os.WriteFile(filepath.Join(d.dir, "README"), nil, 0o600))
	require.NoError(t, d.Sweep(t.Context()))
	assert.Equal(t, []string{"README"}, there(t, d.dir), "what is not ours stays")
	assert.Empty(t, d.holds.held)
	assert.Empty(t, d.holds.removing)
}

func TestWhatCannotBeAskedAboutStays(t *testing.T) {
	d, _ := openDisk(t)
	gone := errors.New("the database is gone")
	d.used = func(context.Context, string) (bool, error) { return false, gone }
	b, release := put(t, d, "somebody's, perhaps")
	release()
	require.ErrorIs(t, d.Delete(t.Context(), b.Hash), gone)
	require.ErrorIs(t, d.Sweep(t.Context()), gone)
	assert.Equal(t, "somebody's, perhaps", read(t, d, b.Hash))
}

// Somebody uploads what is being deleted as nobody's: it is deleted first and written then, or not
// deleted at all.
func TestPutWaitsForADeletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, r := openDisk(t)
		b, release := put(t, d, "again")
		release()
		asked, answer := make(chan struct{}), make(chan struct{})
		d.used = func(ctx context.Context, hash string) (bool, error) {
			close(asked)
			<-answer
			return false, nil
		}
		deleted, kept := make(chan error, 1), make(chan error, 1)
		go func() { deleted <- d.Delete(t.Context(), b.Hash) }()
		<-asked
		go func() {
			_, release, err := d.Put(t.Context(), strings.NewReader("again"), 100)
			if err == nil {
				r.change(b.Hash, +1)
				err = release()
			}
			kept <- err
		}()
		ctx, cancel := context.WithCancel(t.Context())
		impatient := make(chan error, 1)
		go func() {
			_, _, err := d.Put(ctx, strings.NewReader("again"), 100)
			impatient <- err
		}()
		synctest.Wait()
		assert.Empty(t, kept, "it waits")
		cancel()
		require.ErrorIs(t, <-impatient, context.Canceled)
		close(answer)
		require.NoError(t, <-deleted)
		require.NoError(t, <-kept)
		assert.Equal(t, "again", read(t, d, b.Hash))
		assert.Len(t, there(t, d.dir), 1)
	})
}

func TestCannotBeKept(t *testing.T) {
	d, _ := openDisk(t)
	require.NoError(t, os.RemoveAll(d.dir))
	_, _, err := d.Put(t.Context(), bytes.NewReader(nil), 1)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorIs(t, d.Sweep(t.Context()), fs.ErrNotExist)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = OpenDisk(file, nil)
	require.Error(t, err)
}
