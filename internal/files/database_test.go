package files

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
	"gochatting/internal/store"
)

// A cluster is two nodes on one database, in which Ann has files.
type cluster struct {
	t     testing.TB
	nodes [2]*store.Store
	sql   *pgx.Conn
	ann   string

	mu    sync.Mutex
	files map[string][]string // of Ann's, by hash
}

func openDatabase(t testing.TB) *cluster { return openCluster(t, postgrestest.New(t)) }

func openCluster(t testing.TB, url string) *cluster {
	c := &cluster{t: t, files: make(map[string][]string)}
	for i := range c.nodes {
		node, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Database: url, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, node.Close()) })
		c.nodes[i] = node
	}
	var err error
	c.sql, err = pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.sql.Close(context.Background())) })
	ann, err := c.nodes[0].Guest(t.Context(), "ann@example.com", "Ann", "")
	require.NoError(t, err)
	c.ann = ann.ID
	return c
}

func databaseWorld(t *testing.T) *world { return openDatabase(t).world() }

func (c *cluster) world() *world {
	return &world{
		Store: OpenDatabase(c.nodes[0].Blobs()), other: OpenDatabase(c.nodes[1].Blobs()),
		use: c.use, disuse: c.disuse, there: c.there,
		spoil: func(hash string) {
			_, err := c.sql.Exec(c.t.Context(), `UPDATE blob_parts SET content = set_byte(content, 7, 1 - get_byte(content, 7) % 2)
				WHERE part = 0 AND upload = (SELECT upload FROM blobs WHERE hash = $1)`, hash)
			require.NoError(c.t, err)
		},
		clear: func() {
			_, err := c.sql.Exec(c.t.Context(), `TRUNCATE files, blobs, blob_parts, uploads`)
			require.NoError(c.t, err)
			clear(c.files)
		},
	}
}

func (c *cluster) use(hash string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := store.File{File: message.File{ID: store.NewFileID()}, Owner: c.ann, Hash: hash}
	if c.count("files")%2 == 1 { // it may be a preview as well
		f.Hash, f.PreviewHash = hashOf(f.ID), hash
	}
	assert.NoError(c.t, c.nodes[0].AddFile(c.t.Context(), f))
	c.files[hash] = append(c.files[hash], f.ID)
}

func (c *cluster) disuse(hash string) {
	c.mu.Lock()
	files := c.files[hash]
	c.files[hash] = files[1:]
	c.mu.Unlock()
	blobs, err := c.nodes[1].DropFile(c.t.Context(), c.ann, files[0])
	assert.NoError(c.t, err)
	assert.Contains(c.t, blobs, hash)
}

// there also sees to it that nothing is there besides, but parts of what is being uploaded.
func (c *cluster) there() []string {
	rows, err := c.sql.Query(c.t.Context(), `SELECT hash FROM blobs`)
	require.NoError(c.t, err)
	hashes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(c.t, err)
	assert.Zero(c.t, c.count(`blob_parts p WHERE NOT EXISTS (SELECT 1 FROM blobs WHERE upload = p.upload) AND NOT EXISTS (SELECT 1 FROM uploads WHERE id = p.upload)`))
	return hashes
}

func (c *cluster) count(from string, args ...any) (n int) {
	require.NoError(c.t, c.sql.QueryRow(c.t.Context(), `SELECT COUNT(*) FROM `+from, args...).Scan(&n))
	return n
}

// What a node was uploading when it crashed is gone an hour after it last went on, and no sooner.
func TestUploadsOfACrashedNode(t *testing.T) {
	c := openDatabase(t)
	d := c.world()
	begun, err := c.nodes[0].Blobs().Begin(t.Context())
	require.NoError(t, err)
	require.NoError(t, c.nodes[0].Blobs().Write(t.Context(), begun, 0, []byte("half")))
	held, _ := put(t, d, "whole, and nobody's yet")
	require.NoError(t, d.other.Sweep(t.Context()))
	assert.Equal(t, 2, c.count("blob_parts"))

	_, err = c.sql.Exec(t.Context(), `UPDATE uploads SET at = now() - INTERVAL '61 minutes'`)
	require.NoError(t, err)
	require.NoError(t, c.nodes[0].Blobs().Write(t.Context(), begun, 1, []byte("and it goes on")))
	require.NoError(t, d.other.Sweep(t.Context()))
	assert.Equal(t, 2, c.count("blob_parts"))
	_, err = d.Open(t.Context(), held.Hash)
	require.ErrorIs(t, err, ErrGone)

	_, err = c.sql.Exec(t.Context(), `UPDATE uploads SET at = now() - INTERVAL '61 minutes'`)
	require.NoError(t, err)
	require.NoError(t, d.other.Sweep(t.Context()))
	assert.Zero(t, c.count("blob_parts"))
	assert.Zero(t, c.count("uploads"))
	for _, err := range []error{
		c.nodes[0].Blobs().Write(t.Context(), begun, 2, []byte("too late")),
		c.nodes[0].Blobs().Keep(t.Context(), begun, hashOf("x"), 1),
	} {
		require.ErrorContains(t, err, "the upload has taken too long")
	}
	require.NoError(t, c.nodes[0].Blobs().End(t.Context(), begun))
	assert.Empty(t, d.there())
}

// Two nodes do what would be wrong if it happened at once: the second waits for the first, and then sees what that did.
func TestNodesTakeTurns(t *testing.T) {
	c := openDatabase(t)
	w := c.world()
	blobs := c.nodes[0].Blobs()
	begin := func() string {
		upload, err := blobs.Begin(t.Context())
		require.NoError(t, err)
		require.NoError(t, blobs.Write(t.Context(), upload, 0, []byte("same")))
		return upload
	}
	hash := hashOf("same")
	keep := func(tx pgx.Tx, upload string) {
		_, err := tx.Exec(t.Context(), `UPDATE uploads SET hash = $2 WHERE id = $1`, upload, hash)
		require.NoError(t, err)
		_, err = tx.Exec(t.Context(), `INSERT INTO blobs VALUES ($1, 4, $2) ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash`, hash, upload)
		require.NoError(t, err)
	}
	// meanwhile begins one thing, then another, which must wait for the end of the first.
	meanwhile := func(first func(tx pgx.Tx), second func() error) {
		tx, err := c.sql.Begin(t.Context())
		require.NoError(t, err)
		first(tx)
		done := make(chan error, 1)
		go func() { done <- second() }()
		require.Eventually(t, func() bool {
			var waits bool
			err := tx.QueryRow(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)`).Scan(&waits)
			return assert.NoError(t, err) && waits
		}, 20*time.Second, time.Millisecond)
		require.NoError(t, tx.Commit(t.Context()))
		require.NoError(t, <-done)
	}

	// An upload is given up by who did not hear that it was kept.
	first := begin()
	meanwhile(func(tx pgx.Tx) { keep(tx, first) }, func() error { return blobs.End(t.Context(), first) })
	assert.Equal(t, "same", read(t, w, hash))

	// It is deleted as nobody's while somebody puts the same.
	second := begin()
	meanwhile(func(tx pgx.Tx) { keep(tx, second) }, func() error { return w.Delete(t.Context(), hash) })
	assert.Equal(t, "same", read(t, w, hash))
	require.NoError(t, blobs.End(t.Context(), second))

	// Somebody puts the same while it is deleted as nobody's.
	third := begin()
	meanwhile(func(tx pgx.Tx) {
		_, err := tx.Exec(t.Context(), `DELETE FROM blobs WHERE hash = $1`, hash)
		require.NoError(t, err)
		_, err = tx.Exec(t.Context(), `DELETE FROM blob_parts WHERE upload = $1`, first)
		require.NoError(t, err)
	}, func() error { return blobs.Keep(t.Context(), third, hash, 4) })
	assert.Equal(t, "same", read(t, w, hash))
	assert.Equal(t, []string{hash}, w.there())
}

// A file that is deleted while somebody reads it ends there, and is not taken for shorter than it was.
func TestDeletedWhileItIsRead(t *testing.T) {
	d := openDatabase(t).world()
	b, release := put(t, d, long(2*partSize))
	r, err := d.Open(t.Context(), b.Hash)
	require.NoError(t, err)
	_, err = io.ReadFull(r, make([]byte, partSize))
	require.NoError(t, err)
	release()
	require.NoError(t, d.other.Delete(t.Context(), b.Hash))
	_, err = r.Read(make([]byte, 1))
	require.ErrorIs(t, err, ErrGone)
}

// While PostgreSQL is away nothing is kept and all is told; afterwards it goes on.
func TestTheDatabaseIsAway(t *testing.T) {
	server := postgrestest.Start(t)
	c := openCluster(t, server.URL)
	d := c.world()
	b, release := put(t, d, "kept before")
	c.use(b.Hash)
	release()
	_, held, err := d.Put(t.Context(), strings.NewReader("held"), 100)
	require.NoError(t, err)
	_, _, err = d.Put(t.Context(), io.MultiReader(strings.NewReader(long(partSize)), readerFunc(func([]byte) (int, error) {
		server.Stop()
		return 0, io.EOF
	})), 1<<20)
	require.Error(t, err)
	require.Error(t, held())
	_, _, err = d.Put(t.Context(), strings.NewReader("x"), 100)
	require.Error(t, err)
	_, err = d.Open(t.Context(), b.Hash)
	require.Error(t, err)
	assert.NotErrorIs(t, err, ErrGone)
	require.Error(t, d.Delete(t.Context(), b.Hash))

	server.Start()
	c.sql, err = pgx.Connect(t.Context(), server.URL)
	require.NoError(t, err)
	for _, node := range c.nodes {
		require.Eventually(t, func() bool { return node.Ping(t.Context()) == nil }, 20*time.Second, 10*time.Millisecond)
	}
	assert.Equal(t, "kept before", read(t, d, b.Hash))
	again, release := put(t, d, "x")
	c.use(again.Hash)
	release()
	_, err = c.sql.Exec(t.Context(), `UPDATE uploads SET at = at - INTERVAL '2 hours'`)
	require.NoError(t, err)
	require.NoError(t, d.Sweep(t.Context()))
	assert.ElementsMatch(t, []string{b.Hash, again.Hash}, d.there())
	assert.Zero(t, c.count("uploads"))
}
