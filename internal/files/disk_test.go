package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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

func put(t testing.TB, d *Disk, content string) (Blob, func()) {
	b, release, err := d.Put(t.Context(), strings.NewReader(content), 1<<20)
	require.NoError(t, err)
	return b, release
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

func read(t testing.TB, s Store, hash string) string {
	r, err := s.Open(t.Context(), hash)
	require.NoError(t, err)
	defer r.Close()
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(content)
}

func TestPutKeepsEachContentOnce(t *testing.T) {
	d, _ := openDisk(t)
	b, _ := put(t, d, "hello")
	sum := sha256.Sum256([]byte("hello"))
	hash := hex.EncodeToString(sum[:])
	assert.Equal(t, Blob{Hash: hash, Size: 5}, b)
	again, _ := put(t, d, "hello")
	assert.Equal(t, b, again)
	empty, _ := put(t, d, "")
	assert.Zero(t, empty.Size)

	assert.ElementsMatch(t, []string{hash[:2] + "/" + hash[2:], empty.Hash[:2] + "/" + empty.Hash[2:]}, there(t, d.dir))
	assert.Equal(t, "hello", read(t, d, hash))
	require.NoError(t, filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := e.Info()
		require.NoError(t, err)
		assert.Zero(t, info.Mode().Perm()&0o077, "%s is for us alone", path)
		return nil
	}))
}

func TestOpenWhatIsNotThere(t *testing.T) {
	d, _ := openDisk(t)
	sum := sha256.Sum256([]byte("nobody put this"))
	for _, hash := range []string{hex.EncodeToString(sum[:]), "", "..", "../../../etc/passwd", strings.Repeat("/", 64)} {
		_, err := d.Open(t.Context(), hash)
		assert.ErrorIs(t, err, ErrGone)
		assert.NoError(t, d.Delete(t.Context(), hash))
	}
}

// Whatever ends an upload, nothing of it stays.
func TestHalfUploadsLeaveNothing(t *testing.T) {
	d, _ := openDisk(t)
	_, _, err := d.Put(t.Context(), strings.NewReader("123456"), 5)
	require.ErrorIs(t, err, ErrTooLong)
	_, _, err = d.Put(t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF)), 100)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err = d.Put(ctx, io.MultiReader(strings.NewReader("half"), readerFunc(func([]byte) (int, error) {
		cancel()
		return 1, nil
	})), 100)
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, there(t, d.dir))
	b, _, err := d.Put(t.Context(), strings.NewReader("12345"), 5)
	require.NoError(t, err, "exactly as long as it may be")
	assert.EqualValues(t, 5, b.Size)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestACrashLeavesNothingHalfWritten(t *testing.T) {
	d, r := openDisk(t)
	b, _ := put(t, d, "whole")
	require.NoError(t, os.WriteFile(filepath.Join(d.dir, newFolder, "123"), []byte("half"), 0o600))
	d, err := OpenDisk(d.dir, r.used)
	require.NoError(t, err)
	assert.Equal(t, "whole", read(t, d, b.Hash))
	assert.Len(t, there(t, d.dir), 1)
}

func TestOnlyWhatNobodyUsesIsDeleted(t *testing.T) {
	d, r := openDisk(t)
	mine, release := put(t, d, "mine and yours")
	r.change(mine.Hash, +2)
	release()
	release() // again
	held, holding := put(t, d, "not yet anybody's")
	lost, letGo := put(t, d, "nobody's")
	letGo()
	require.NoError(t, d.Delete(t.Context(), mine.Hash, held.Hash))
	assert.Len(t, there(t, d.dir), 3)

	require.NoError(t, os.WriteFile(filepath.Join(d.dir, "README"), nil, 0o600))
	require.NoError(t, d.Sweep(t.Context()))
	_, err := d.Open(t.Context(), lost.Hash)
	require.ErrorIs(t, err, ErrGone)
	assert.Len(t, there(t, d.dir), 3, "what is used, what is held, what is not ours")

	r.change(mine.Hash, -1)
	require.NoError(t, d.Delete(t.Context(), mine.Hash))
	assert.Equal(t, "mine and yours", read(t, d, mine.Hash))
	r.change(mine.Hash, -1)
	holding()
	require.NoError(t, d.Delete(t.Context(), mine.Hash, held.Hash))
	assert.Equal(t, []string{"README"}, there(t, d.dir))
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
				release()
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

// Many put and drop the same few contents. In the end exactly what is used is there.
func TestPuttingAndDeletingSideBySide(t *testing.T) {
	d, r := openDisk(t)
	var all sync.WaitGroup
	for who := range 8 {
		random := rand.New(rand.NewPCG(uint64(who), 0))
		all.Go(func() {
			var mine []string
			for range 60 {
				if len(mine) > 0 && random.IntN(2) == 0 {
					hash := mine[0]
					mine = mine[1:]
					_, err := d.Open(t.Context(), hash)
					assert.NoError(t, err, "what is used is there")
					r.change(hash, -1)
					assert.NoError(t, d.Delete(t.Context(), hash))
					continue
				}
				b, release, err := d.Put(t.Context(), strings.NewReader(fmt.Sprint(random.IntN(3))), 100)
				if assert.NoError(t, err) {
					r.change(b.Hash, +1)
					release()
					mine = append(mine, b.Hash)
				}
			}
		})
	}
	all.Wait()
	for _, path := range there(t, d.dir) {
		assert.Positive(t, r.users[strings.Replace(path, string(os.PathSeparator), "", 1)])
	}
	for hash, n := range r.users {
		if n > 0 {
			assert.NotEmpty(t, read(t, d, hash))
		}
	}
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
