package gravatar

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// known is a fake that knows Ann, a folder in which her answers are kept, and what was said.
func known(t *testing.T) (*fake, string, Profile) {
	f, dir := newFake(t), t.TempDir()
	f.serve(body("image/png", asPNG(t, plain(80, 80, red))), named("Ann"))
	c := f.client(t, in(dir))
	p, err := c.Look(t.Context(), ann)
	require.NoError(t, err)
	_, err = c.Look(t.Context(), ann)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	return f, dir, p
}

func in(dir string) func(*Config) { return func(cfg *Config) { cfg.Dir = dir } }

func TestAnswersOutliveTheProcess(t *testing.T) {
	f, dir, was := known(t)
	c := f.client(t, in(dir))
	p, err := c.Look(t.Context(), ann)
	require.NoError(t, err)
	assert.Equal(t, was.At.Truncate(time.Second), p.At, "a disk keeps seconds")
	p.At = was.At
	assert.Equal(t, was, p)
	assert.False(t, c.Picture(t.Context(), ann, "seed", 80).Drawn)
	assert.Equal(t, 2, f.count("/"))

	info, err := os.Stat(filepath.Join(dir, "pictures", Hash(ann)))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
}

func TestMissesOutliveTheProcess(t *testing.T) {
	f, dir := newFake(t), t.TempDir()
	for range 2 {
		c := f.client(t, in(dir))
		_, err := c.Look(t.Context(), ann)
		require.NoError(t, err)
		require.NoError(t, c.Close())
	}
	assert.Equal(t, 2, f.count("/"))
}

func TestBrokenFilesAreAskedForAgain(t *testing.T) {
	for what, spoil := range map[string]func([]byte) []byte{
		"cut off":   func(b []byte) []byte { return b[:len(b)/2] },
		"a bit":     func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"the time":  func(b []byte) []byte { b[33] ^= 1; return b },
		"empty":     func([]byte) []byte { return nil },
		"something": func([]byte) []byte { return []byte("<html>") },
	} {
		t.Run(what, func(t *testing.T) {
			f, dir, was := known(t)
			for _, kind := range []string{"names", "pictures"} {
				file := filepath.Join(dir, kind, Hash(ann))
				b, err := os.ReadFile(file)
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(file, spoil(b), 0o600))
			}
			p, err := f.client(t, in(dir)).Look(t.Context(), ann)
			require.NoError(t, err)
			assert.Equal(t, was.Name, p.Name)
			assert.Equal(t, was.Picture, p.Picture)
			assert.Equal(t, 4, f.count("/"))
		})
	}
}

func TestAnotherUpstreamsAnswersDoNotCount(t *testing.T) {
	_, dir, _ := known(t)
	other := newFake(t)
	p, err := other.client(t, in(dir)).Look(t.Context(), ann)
	require.NoError(t, err)
	assert.Equal(t, Profile{At: p.At}, p)
	assert.Equal(t, 2, other.count("/"))
}

func TestADiskThatFailsStopsNobody(t *testing.T) {
	f, dir := newFake(t), t.TempDir()
	f.serve(body("image/png", asPNG(t, plain(80, 80, red))), named("Ann"))
	log, text := logged()
	c := f.client(t, in(dir), func(cfg *Config) { cfg.Log = log })
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "pictures")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pictures"), nil, 0o600))

	for range 3 {
		for _, email := range []string{ann, ben} {
			p, err := c.Look(t.Context(), email)
			require.NoError(t, err)
			assert.Equal(t, "Ann", p.Name)
			assert.False(t, c.Picture(t.Context(), email, "seed", 80).Drawn)
		}
	}
	assert.Equal(t, 2, f.count("/avatar/"), "memory is left")
	require.NoError(t, c.Close())
	assert.Equal(t, 1, strings.Count(text(), "cannot be kept"), text())
	assert.NotContains(t, text(), Hash(ann))
}

func TestPruneKeepsTheYoungAndTheForeign(t *testing.T) {
	dir := t.TempDir()
	log, _ := logged()
	d, err := openDisk(dir, "x", log)
	require.NoError(t, err)
	d.files = 3
	now := time.Now()
	put := func(name string, age time.Duration) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
		require.NoError(t, os.Chtimes(filepath.Join(dir, name), now.Add(-age), now.Add(-age)))
	}
	for i := range 6 {
		put(Hash(fmt.Sprint(i)), time.Duration(i)*time.Minute)
	}
	put(tempPrefix+"123", 2*time.Hour)
	put(tempPrefix+"456", time.Minute)
	put("wedding.jpg", 1000*time.Hour)
	require.NoError(t, os.Mkdir(filepath.Join(dir, Hash("folder")), 0o700))

	d.prune()

	var left []string
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	assert.ElementsMatch(t, []string{Hash("0"), Hash("1"), Hash("2"), tempPrefix + "456", "wedding.jpg", Hash("folder")}, left)
}

func TestWritingPrunes(t *testing.T) {
	log, _ := logged()
	d, err := openDisk(t.TempDir(), "x", log)
	require.NoError(t, err)
	d.files = 10
	for i := range pruneEvery {
		d.write(Hash(fmt.Sprint(i)), fact{at: time.Now()})
	}
	entries, err := os.ReadDir(d.dir)
	require.NoError(t, err)
	assert.Len(t, entries, 10)
}

// A day on the disk is the same day as in memory.
func TestWhatTheDiskKeepsGrowsOld(t *testing.T) {
	f, dir, _ := known(t)
	c := f.client(t, in(dir))
	clock := stop(c)
	clock.pass(day)
	f.serve(http.NotFound, named("Ann Lee"))
	p, err := c.Look(t.Context(), ann)
	require.NoError(t, err)
	assert.Equal(t, Profile{Name: "Ann Lee", At: clock.now()}, p)
}
