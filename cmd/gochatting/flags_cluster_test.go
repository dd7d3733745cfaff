package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/bus"
)

func TestClusterIsUnderstood(t *testing.T) {
	c, err := understand(t, strings.Fields(`--database postgres://chat:pass%40word@db.example.com/chat --database-connections 4
		--cluster :6222 --peers [::1]:6222,node2:6222 --cluster-advertise node1:6222`)...)
	require.NoError(t, err)
	assert.Equal(t, cluster{
		database: "postgres://chat:pass%40word@db.example.com/chat", connections: 4,
		bus: bus.Options{Cluster: ":6222", Peers: []string{"[::1]:6222", "node2:6222"}, Advertise: "node1:6222"},
	}, c.cluster)

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("something"), 0o600))
	c, err = understand(t, "--database=postgresql:///chat?host=/run/postgresql", "--nats=nats://a:4222, b tls://c", "--nats-credentials", file, "--nats-ca", file)
	require.NoError(t, err)
	assert.Equal(t, bus.Options{URLs: []string{"nats://a:4222", "b", "tls://c"}, Credentials: file, CA: file}, c.cluster.bus)
}

// What joins several servers takes several flags together. Each of these has one fault.
func TestClusterFaults(t *testing.T) {
	const database = "--database postgres://chat:hunter2@db.example.com/chat "
	for _, c := range []struct{ args, fault string }{
		{"--database postgres:chat", `--database "…": give postgres://`},
		{"--database host=db.example.com", `--database "…": give postgres://`},
		{"--database-connections 1001", `--database-connections "1001": give a whole number of connections, from 4 to 1000`},
		{"--nats nats://me:hunter2@nats.example.com", `--nats "…": give --database too`},
		{database + "--nats nats://me:hunter2@", `--nats "…": give nats:// or tls://`},
		{database + "--nats nats://me:hunter2@a:0", `--nats "…": give nats:// or tls://`},
		{database + "--nats a:4222,wss://me:hunter2@b", `--nats "…": give nats:// or tls://`},
		{database + "--nats nats://me:hunter2@a/%zz", `--nats "…": give nats:// or tls://`},
		{"--nats-credentials me.creds", `--nats-credentials "me.creds": give --nats too`},
		{database + "--nats-ca ca.pem --cluster :6222", `--nats-ca "ca.pem": give --nats too`},
		{database + "--nats a --nats-ca missing.pem", `--nats-ca "missing.pem": name a file`},
		{database + "--nats a --nats-credentials .", `--nats-credentials ".": name a file`},
		{"--cluster :6222", `--cluster ":6222": give --database too`},
		{database + "--cluster :6222 --nats a", `--cluster ":6222": give --nats or --cluster`},
		{database + "--cluster node1", `--cluster "node1": give a host, which may be empty, and a port`},
		{database + "--cluster :0", `--cluster ":0": give a host, which may be empty, and a port`},
		{database + "--cluster :65536", `--cluster ":65536": give a host, which may be empty, and a port`},
		{database + "--peers a:1", `--peers "a:1": give --cluster too`},
		{database + "--nats a --cluster-advertise a:1", `--cluster-advertise "a:1": give --cluster too`},
		{database + "--cluster :6222 --peers a:1,:2,b:3", `--peers ":2": give a host and a port`},
		{database + "--cluster :6222 --peers nats://a:1", `--peers "nats://a:1": give a host and a port`},
		{database + "--cluster :6222 --cluster-advertise a", `--cluster-advertise "a": give a host and a port`},
		{database + "--cluster [::1]:6222", ""},
		{database + "--cluster 0.0.0.0:6222 --peers a:1 --cluster-advertise 10.0.0.1:6222", ""},
		{database, ""},
	} {
		_, err := understand(t, strings.Fields(c.args)...)
		if c.fault == "" {
			require.NoError(t, err, c.args)
			continue
		}
		require.ErrorContains(t, err, c.fault, c.args)
		assert.NotContains(t, err.Error(), "hunter2")
		assert.NotContains(t, err.Error(), "\n", "one fault")
	}
}
