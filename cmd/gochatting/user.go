package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/alecthomas/kong"

	"gochatting/internal/room"
	"gochatting/internal/server"
	"gochatting/internal/store"
)

// dataFile is what every data folder has.
const dataFile = "gochatting.db"

// userFlags are the operator's commands, with what they act on. A WHO is an address or an ID.
type userFlags struct {
	Data     string `default:"data" env:"GOCHATTING_DATA" placeholder:"DIR" help:"The data folder of the server, which may be running, also on a machine of a cluster. Default: ./${default}"`
	Database string `env:"GOCHATTING_DATABASE" placeholder:"URL" help:"The PostgreSQL database of the server, if it has one. Better given in the environment."`
	BaseURL  string `env:"GOCHATTING_BASE_URL" placeholder:"URL" help:"Where people reach the server, for the links of invitations, if it does not know itself."`

	List        listUsers   `cmd:"" help:"Who is here, with their addresses."`
	Show        showUser    `cmd:"" help:"One of them, and the browsers that they are signed in with."`
	Role        setRole     `cmd:"" help:"Make somebody an owner, moderator, member or reader."`
	Mute        mute        `cmd:"" help:"Keep somebody from saying anything for a time."`
	Unmute      unmute      `cmd:"" help:"Let somebody speak again."`
	Ban         ban         `cmd:"" help:"Sign somebody out everywhere and keep them out."`
	Unban       unban       `cmd:"" help:"Let somebody in again."`
	Purge       purge       `cmd:"" help:"Take away what somebody said in the last hour."`
	Undo        undo        `cmd:"" help:"Undo a purge, within 24 hours."`
	Release     release     `cmd:"" help:"Have somebody lose their address: who comes with it is somebody new."`
	Invite      invite      `cmd:"" help:"Make an invitation and print its link."`
	Invitations invitations `cmd:"" help:"The invitations that can be used."`
	Revoke      revoke      `cmd:"" help:"Make an invitation useless."`
	Log         showLog     `cmd:"" help:"What was done to keep order, and by whom."`
}

// runUser is gochatting user.
func runUser(ctx context.Context, args []string, out, logs io.Writer) error {
	var flags userFlags
	chosen, err := subcommand("user", "Looks after people, as somebody above all roles: of a running server, or of its data folder. WHO is an address or an ID.",
		&flags, args, out, kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil || chosen == nil {
		return err
	}
	site, err := flags.site()
	if err != nil {
		return err
	}
	return operate(ctx, flags.Data, flags.Database, logs, func(through http.RoundTripper) error {
		return chosen.Run(&operator{ctx: ctx, http: &http.Client{Transport: through, Timeout: controlTimeout}, site: site, out: out})
	})
}

// site is where people reach the server, as far as it was told here: "" if it was not.
func (f userFlags) site() (string, error) {
	if f.BaseURL == "" {
		return "", nil
	}
	u, err := siteURL(f.BaseURL)
	if err != nil {
		return "", fmt.Errorf("--base-url %q: give http:// or https:// and a host, such as https://chat.example.com", f.BaseURL)
	}
	return u.Scheme + "://" + u.Host, nil
}

// operate lets use talk to the server that runs on a data folder, or does in this process what it would
// do, if there is no other server of its database whose people would have to be told. It makes no data folder.
func operate(ctx context.Context, data, database string, logs io.Writer, use func(through http.RoundTripper) error) (err error) {
	through, running, err := dialControl(data)
	if err != nil {
		return err
	}
	if running {
		return use(through)
	}
	c := config{data: data, gravatarOff: true, alone: true, limits: limits{maxMessage: maxMaxMessage}, cluster: cluster{database: database}}
	if database == "" {
		err = isData(data, "--data")
	} else if c.data, err = os.MkdirTemp("", "gochatting-"); err == nil {
		defer also(&err, func() error { return os.RemoveAll(c.data) })
	}
	if err != nil {
		return err
	}
	err = assembled(ctx, c, newLog(c, logs), func(srv *server.Server, _ *room.Directory) error { return use(direct{srv.Control()}) })
	switch {
	case errors.Is(err, store.ErrLocked) && database != "":
		return errors.New("servers run on this database, and must tell their people: run this on the machine of one of them, with its --data")
	case errors.Is(err, store.ErrLocked):
		return fmt.Errorf("a server has the data folder %s, and takes no commands there: it is starting or stopping, or could offer no control.sock, which its log says; try again in a moment, or stop it first", data)
	}
	return err
}
