package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A world is a Store, the same as another node has it, and what makes contents somebody's.
type world struct {
	Store
	other  Store
	use    func(hash string)
	disuse func(hash string)
	there  func() []string   // hashes
	spoil  func(hash string) // has it be something else
	clear  func()            // makes it as it was at first
}

// Whatever keeps contents does all of this.
func TestStore(t *testing.T) {
	for kind, open := range map[string]func(*testing.T) *world{"Disk": diskWorld, "Database": databaseWorld} {
		t.Run(kind, func(t *testing.T) {
			w := open(t)
			for name, test := range map[string]func(*testing.T, *world){
				"each content is kept once":            keptOnce,
				"reading":                              reading,
				"ranges":                               ranges,
				"what is not there":                    notThere,
				"half uploads leave nothing":           halfUploads,
				"only what nobody uses is deleted":     onlyUnused,
				"putting and deleting side by side":    sideBySide,
				"an upload that is nobody's is gone":   nobodys,
				"contents are copied":                  copied,
				"contents that are lost or broken":     copiedWithoutTheLost,
				"a copy that fails, and is made again": copiedAgain,
			} {
				t.Run(name, func(t *testing.T) {
					w.clear()
					test(t, w)
				})
			}
		})
	}
}

func diskWorld(t *testing.T) *world {
	d, r := openDisk(t)
	return &world{
		Store: d, other: d,
		use:    func(hash string) { r.change(hash, +1) },
		disuse: func(hash string) { r.change(hash, -1) },
		there: func() (hashes []string) {
			for _, path := range there(t, d.dir) {
				hashes = append(hashes, strings.ReplaceAll(path, string(os.PathSeparator), ""))
			}
			return hashes
		},
		spoil: func(hash string) { require.NoError(t, os.WriteFile(d.path(hash), []byte("bits have turned"), 0o600)) },
		clear: func() {
			clear(r.users)
			d.holds = newHolds()
			require.NoError(t, d.Sweep(context.Background()))
		},
	}
}

func put(t testing.TB, s Store, content string) (b Blob, release func()) {
	t.Helper()
	b, end, err := s.Put(t.Context(), strings.NewReader(content), 1<<20)
	require.NoError(t, err)
	return b, func() { require.NoError(t, end()) }
}

func read(t testing.TB, s Store, hash string) string {
	t.Helper()
	r, err := s.Open(t.Context(), hash)
	require.NoError(t, err)
	defer r.Close()
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(content)
}

func hashOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// long is a content of n bytes, no two parts of which are alike.
func long(n int) string {
	content := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(content)
	return string(content)
}

func keptOnce(t *testing.T, w *world) {
	b, _ := put(t, w, "hello")
	assert.Equal(t, Blob{Hash: hashOf("hello"), Size: 5}, b)
	again, _ := put(t, w.other, "hello")
	assert.Equal(t, b, again)
	empty, _ := put(t, w, "")
	assert.Zero(t, empty.Size)
	assert.ElementsMatch(t, []string{b.Hash, empty.Hash}, w.there())
	for _, node := range []Store{w, w.other} {
		assert.Equal(t, "hello", read(t, node, b.Hash))
		assert.Empty(t, read(t, node, empty.Hash))
	}
}

// Whatever its length, a content comes back as it was, from anywhere in it.
func reading(t *testing.T, w *world) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, length := range []int{1, partSize - 1, partSize, partSize + 1, 2 * partSize, 3*partSize - 7} {
		content := long(length)
		b, _ := put(t, w, content)
		assert.Equal(t, Blob{hashOf(content), int64(length)}, b)
		assert.True(t, read(t, w.other, b.Hash) == content, length)

		r, err := w.other.Open(t.Context(), b.Hash)
		require.NoError(t, err)
		at := 0
		for range 20 {
			to := random.IntN(length + 1)
			whence := random.IntN(3)
			n, err := r.Seek(int64(to-[]int{0, at, length}[whence]), whence)
			require.NoError(t, err)
			require.EqualValues(t, to, n)
			part := make([]byte, random.IntN(length-to+1))
			_, err = io.ReadFull(r, part)
			require.NoError(t, err)
			require.True(t, string(part) == content[to:to+len(part)])
			at = to + len(part)
		}
		_, err = r.Seek(1, io.SeekEnd)
		require.NoError(t, err)
		_, err = r.Read(make([]byte, 1))
		require.Equal(t, io.EOF, err)
		_, err = r.Seek(-1, io.SeekStart)
		require.Error(t, err)
		_, err = r.Seek(0, 99)
		require.Error(t, err)
		require.NoError(t, r.Close())
	}
}

// A browser asks for the middle of a film, and for what is left of a download.
func ranges(t *testing.T, w *world) {
	content := long(3 * partSize)
	b, _ := put(t, w, content)
	for asked, want := range map[string]string{
		"bytes=0-0":              content[:1],
		"bytes=262140-262150":    content[262140:262151],
		"bytes=500000-":          content[500000:],
		"bytes=-3":               content[len(content)-3:],
		"bytes=262144-524287":    content[262144:524288],
		"bytes=786431-999999999": content[786431:],
	} {
		r, err := w.Open(t.Context(), b.Hash)
		require.NoError(t, err)
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Header.Set("Range", asked)
		answer := httptest.NewRecorder()
		http.ServeContent(answer, request, "", time.Time{}, r)
		require.NoError(t, r.Close())
		assert.Equal(t, http.StatusPartialContent, answer.Code)
		assert.True(t, answer.Body.String() == want, asked)
	}
}

func notThere(t *testing.T, w *world) {
	for _, hash := range []string{hashOf("nobody put this"), "", "..", "../../../etc/passwd", strings.Repeat("/", 64), strings.Repeat("\x00", 64)} {
		_, err := w.Open(t.Context(), hash)
		assert.ErrorIs(t, err, ErrGone)
		assert.NoError(t, w.Delete(t.Context(), hash))
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Whatever ends an upload, nothing of it stays.
func halfUploads(t *testing.T, w *world) {
	half := long(partSize + 10)
	_, _, err := w.Put(t.Context(), strings.NewReader("123456"), 5)
	require.ErrorIs(t, err, ErrTooLong)
	_, _, err = w.Put(t.Context(), strings.NewReader(half), partSize+9)
	require.ErrorIs(t, err, ErrTooLong)
	_, _, err = w.Put(t.Context(), io.MultiReader(strings.NewReader(half), iotest.ErrReader(io.ErrUnexpectedEOF)), 1<<20)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err = w.Put(ctx, io.MultiReader(strings.NewReader(half), readerFunc(func([]byte) (int, error) {
		cancel()
		return 1, nil
	})), 1<<20)
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, w.there())
	b, _, err := w.Put(t.Context(), strings.NewReader("12345"), 5)
	require.NoError(t, err, "exactly as long as it may be")
	assert.EqualValues(t, 5, b.Size)
}

func onlyUnused(t *testing.T, w *world) {
	mine, release := put(t, w, "mine and yours")
	w.use(mine.Hash)
	w.use(mine.Hash)
	release()
	release() // again
	held, holding := put(t, w, "not yet anybody's")
	_, holdingToo := put(t, w.other, "not yet anybody's")
	lost, letGo := put(t, w, "nobody's")
	letGo()
	require.NoError(t, w.other.Delete(t.Context(), mine.Hash, held.Hash))
	assert.ElementsMatch(t, []string{mine.Hash, held.Hash, lost.Hash}, w.there())
	require.NoError(t, w.other.Sweep(t.Context()))
	_, err := w.Open(t.Context(), lost.Hash)
	require.ErrorIs(t, err, ErrGone)
	assert.ElementsMatch(t, []string{mine.Hash, held.Hash}, w.there(), "what is used, and what is held")

	w.disuse(mine.Hash)
	require.NoError(t, w.Delete(t.Context(), mine.Hash))
	assert.Equal(t, "mine and yours", read(t, w, mine.Hash))
	w.disuse(mine.Hash)
	holding()
	require.NoError(t, w.Delete(t.Context(), mine.Hash, held.Hash))
	assert.Equal(t, []string{held.Hash}, w.there(), "which another one holds")
	holdingToo()
	require.NoError(t, w.Delete(t.Context(), held.Hash))
	assert.Empty(t, w.there())
}

// Many put and drop the same few contents, on two nodes. In the end exactly what is used is there.
func sideBySide(t *testing.T, w *world) {
	var all sync.WaitGroup
	var mu sync.Mutex
	used := make(map[string]bool)
	for who := range 8 {
		random := rand.New(rand.NewPCG(uint64(who), 0))
		node := []Store{w, w.other}[who%2]
		all.Go(func() {
			var mine []string
			for range 60 {
				if len(mine) > 0 && random.IntN(2) == 0 {
					hash := mine[0]
					mine = mine[1:]
					r, err := node.Open(t.Context(), hash)
					if assert.NoError(t, err, "what is used is there") {
						_, err = io.Copy(io.Discard, r)
						assert.NoError(t, errors.Join(err, r.Close()))
					}
					w.disuse(hash)
					assert.NoError(t, node.Delete(t.Context(), hash))
					continue
				}
				b, release, err := node.Put(t.Context(), strings.NewReader(fmt.Sprint(random.IntN(3))), 100)
				if assert.NoError(t, err) {
					w.use(b.Hash)
					assert.NoError(t, release())
					mine = append(mine, b.Hash)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for _, hash := range mine {
				used[hash] = true
			}
		})
	}
	for range 20 {
		assert.NoError(t, w.Sweep(t.Context()))
	}
	all.Wait()
	var want []string
	for hash := range used {
		want = append(want, hash)
		assert.NotEmpty(t, read(t, w, hash))
	}
	assert.ElementsMatch(t, want, w.there())
}

func nobodys(t *testing.T, w *world) {
	u := NewUploads(w.Store)
	photo := asJPEG(t, photo(30, 30))
	up, err := u.Take(t.Context(), "ann", bytes.NewReader(photo), 1<<20)
	require.NoError(t, err)
	require.NoError(t, w.other.Sweep(t.Context()))
	assert.Len(t, w.there(), 2, "it is held")
	require.NoError(t, up.End())
	assert.Empty(t, w.there())

	up, err = u.Take(t.Context(), "ann", bytes.NewReader(photo), 1<<20)
	require.NoError(t, err)
	w.use(up.Hash)
	w.use(up.Preview.Hash)
	require.NoError(t, up.End())
	assert.ElementsMatch(t, []string{up.Hash, up.Preview.Hash}, w.there())
	assert.True(t, slices.Equal(photo, []byte(read(t, w.other, up.Hash))))
}
