package bench

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/postgrestest"
)

// ran runs a scenario against everyone there is to compare with, and sees that nothing is wrong.
func ran(t *testing.T, scenario string, rounds int, want ...string) []Result {
	o := small(scenario)
	o.Rounds, o.Peer = rounds, gorillahub
	return ranWith(t, o, want...)
}

func ranWith(t *testing.T, o Options, want ...string) []Result {
	all, err := measure(t, o)
	require.NoError(t, err)
	var names []string
	for _, r := range all {
		assert.Equal(t, o.Scenarios[0], r.Scenario)
		names = append(names, strings.TrimSpace(r.Case+" "+r.Server))
		assert.Equal(t, o.Rounds, r.Rounds)
		assert.Zero(t, r.Lost+r.Twice, "%+v", r)
		assert.Positive(t, r.PerSecond, "%+v", r)
		assert.Positive(t, r.P50, "%+v", r)
		assert.LessOrEqual(t, r.P50, r.P99)
		assert.LessOrEqual(t, r.P99, r.Max)
	}
	require.Equal(t, want, names)
	return all
}

func TestScenarios(t *testing.T) {
	together(t, map[string]func(*testing.T){
		"steady": testSteady, "flood": testFlood, "crowd": testCrowd, "storm": testStorm, "post": testPost, "scroll": testScroll,
		"search": testSearch, "search in PostgreSQL": testSearchInPostgreSQL, "cluster": testCluster,
	})
	t.Run("their databases are dropped", func(t *testing.T) { assert.Empty(t, left(t, postgrestest.New(t))) })
}

// together runs tests at the same time, more than there are processors: mostly they wait.
func together(t *testing.T, tests map[string]func(*testing.T)) {
	var running sync.WaitGroup
	for name, test := range tests {
		running.Go(func() { t.Run(name, test) })
	}
	running.Wait()
}

func testSteady(t *testing.T) {
	all := ran(t, "steady", 2, "gochatting", "rawlimit", "rawbatch", "peer")
	assert.EqualValues(t, 2*20*12, all[0].Deliveries, "100 messages a second for a fifth of one, in two rounds")
	assert.InDelta(t, all[0].FrameBytes, all[1].FrameBytes, 10, "the limit carries as much as we do")
	assert.Positive(t, all[0].Memory)
	assert.Positive(t, all[0].Times[RawLimit].P99)
	assert.Contains(t, all[0].Times, peer)
}

func testFlood(t *testing.T) {
	all := ran(t, "flood", 1, "gochatting", "rawlimit", "rawbatch", "peer")
	assert.Greater(t, all[0].Messages, int64(12*floodInAir), "speakers go on when they hear themselves")
}

func testCrowd(t *testing.T) { ran(t, "crowd", 1, "gochatting", "rawlimit", "rawbatch", "peer") }

func testStorm(t *testing.T) {
	all := ran(t, "storm", 1, "in a room of 12 gochatting", "in a room of 12 rawlimit", "in a room of 12 rawbatch", "in a room of 12 peer")
	assert.EqualValues(t, awayMessages*12, all[0].Deliveries, "who comes back gets what was said while they were away")
	assert.Greater(t, all[0].BytesPerUser, all[1].BytesPerUser, "who is here, and what was missed")
}

func testPost(t *testing.T) {
	all := ran(t, "post", 1, "1 at a time bare", "1 at a time store", "1 at a time gochatting",
		"128 at a time bare", "128 at a time store", "128 at a time gochatting")
	assert.EqualValues(t, 128*all[5].Messages, all[5].Deliveries)
}

func testScroll(t *testing.T) {
	ran(t, "scroll", 1, "from start to first page gochatting", "at the end gochatting", "back from the middle gochatting",
		"on from the middle gochatting", "at the beginning gochatting", "what changed lately gochatting", "what changed since the middle gochatting")
}

func testSearch(t *testing.T) {
	all := ran(t, "search", 1, searches...)
	assert.EqualValues(t, 5_000, all[0].Messages)
}

func testSearchInPostgreSQL(t *testing.T) {
	o := small("search")
	o.Database = postgrestest.New(t)
	ranWith(t, o, searches...)
}

var searches = []string{"written store", "made searchable after that store",
	"a common word store", "a common word, halfway back store", "two common words store", "a rare word store", "no such word store",
	"a phrase of common words store", "a phrase that nobody said store", "two common words that never meet store",
	"twelve common words store", "a Chinese character store", "a Chinese word store", "a Chinese phrase store",
	"a common word of somebody store", "a common word in a small room store", "a common word on a day store",
	"without a common word store", "links store", "outsider: a common word store", "outsider: a word hardly said there store",
	"outsider: two that never meet store", "outsider: only said elsewhere store"}

// Nodes that share a database are compared with one alone, and all of them count.
func testCluster(t *testing.T) {
	o := small("cluster")
	o.Database = postgrestest.New(t)
	all := ranWith(t, o, "steady, a delivery 1 node", "steady, a delivery 2 nodes", "steady, a delivery 3 nodes",
		"flood, a delivery 1 node", "flood, a delivery 2 nodes", "flood, a delivery 3 nodes",
		"between few, a message 1 node", "between few, a message 2 nodes", "between few, a message 3 nodes")
	for _, r := range all {
		assert.Equal(t, int64(r.Users)*r.Messages, r.Deliveries, "everybody hears everything, wherever they are")
	}
	assert.Positive(t, all[2].Times["1 node"].P99)
}

// left are the databases of a run that are still there.
func left(t *testing.T, database string) (names []string) {
	conn, err := pgx.Connect(t.Context(), database)
	require.NoError(t, err)
	defer func() { assert.NoError(t, conn.Close(context.Background())) }()
	rows, err := conn.Query(t.Context(), "SELECT datname FROM pg_database WHERE datname LIKE 'gochatting_bench_%'")
	require.NoError(t, err)
	names, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return names
}

// A server that has limits says so, and so does the tool.
func TestLimitsMustBeOff(t *testing.T) {
	o := small("flood")
	o.URL = start(t).base
	_, err := measure(t, o)
	require.ErrorContains(t, err, "slow_down")
	o.Users = 150
	_, err = measure(t, o)
	require.ErrorContains(t, err, "start the server with --limits off")
}

func TestAServerThatDoesNotStartIsNamed(t *testing.T) {
	o := small("steady")
	o.Program = os.Args[0] // knows no --addr
	_, err := measure(t, o)
	assert.ErrorContains(t, err, "steady: gochatting: it did not say where it can be reached")
	assert.ErrorContains(t, err, "flag provided but not defined: -addr", "what it said")
}

// interrupter is told what goes on, and interrupts when a crowd is connected.
type interrupter struct{ cancel context.CancelFunc }

func (i interrupter) Write(p []byte) (int, error) {
	if string(p) == "    12 users are connected\n" {
		i.cancel()
	}
	return len(p), nil
}

// Ctrl-C while a server is being driven: that is all there is to say, so it has ended as it was told.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := Run(ctx, small(), io.Discard, interrupter{cancel})
	require.EqualError(t, err, "bench: steady: interrupted: gochatting: context canceled")
}

func TestOptionsAreChecked(t *testing.T) {
	err := Run(t.Context(), Options{
		Scenarios: []string{"steady", "hurricane"}, Users: -1, Duration: -1, Rounds: 1000, URL: "http://chat.example.com",
		Database: "mysql://me:secret@localhost",
	}, io.Discard, io.Discard)
	for _, flag := range []string{`--scenario "hurricane"`, "--users -1", "--duration -1ns", "--rounds 1000", `--url "http://chat.example.com"`, "--database: give"} {
		assert.ErrorContains(t, err, flag)
	}
	var faults interface{ Unwrap() []error }
	require.True(t, errors.As(err, &faults))
	assert.Len(t, faults.Unwrap(), 6)
	assert.NotContains(t, err.Error(), "secret")
	assert.ErrorContains(t, Run(t.Context(), Options{Scenarios: []string{"cluster"}}, io.Discard, io.Discard), "--scenario cluster: give --database too")
	assert.ErrorContains(t, Run(t.Context(), Options{PID: 1}, io.Discard, io.Discard), "--pid 1")
}

func TestLoopback(t *testing.T) {
	for address, is := range map[string]bool{
		"http://127.0.0.1:5050": true, "http://localhost:5050/": true, "http://[::1]:5050": true, "http://127.9.9.9": true,
		"http://10.0.0.1:5050": false, "https://127.0.0.1": false, "127.0.0.1:5050": false, "http://localhost.example.com": false,
		"http://127.0.0.1:5050/chat": false,
	} {
		assert.Equal(t, is, loopback(address), address)
	}
}
