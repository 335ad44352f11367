// Command jixiao reads the workbooks that a bureau's units fill in, checks
// them, and turns them into the bureau's official documents.
//
//	main.go      main → run(ctx, args, stdout, stderr) int; the exit codes
//	batch.go     jixiao run and jixiao check
//	shards.go    jixiao run --shard, --max-returned, and jixiao merge
//	verify.go    jixiao verify
//	watch.go     jixiao watch: the drop folder
//	log.go       --log, and what tells two builds apart
//	schedule.go  jixiao schedule
//	status.go    jixiao status
//	notify.go    --metrics, --mail-to, --webhook, --ping
//	form.go      jixiao form list · lint · export
//	progress.go  what the terminal shows while a run goes on
//	usage.go     the help, in Chinese
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"

	"jixiao/generator"
	"jixiao/generator/intake"
	"jixiao/generator/publish"
)

// Exit codes, a contract with whoever calls jixiao from a script. Anything else is a failure.
const (
	exitAccepted    = 0   // all units accepted
	exitFailed      = 1   // trouble with the machine: disk, permission
	exitUsage       = 2   // wrong usage or a faulty form, also one that --max-returned suspects; shards that do not fit
	exitReturned    = 3   // finished; some units returned or missing, or results that are not as they were published
	exitHeld        = 75  // another run holds the results folder
	exitInterrupted = 130 // Ctrl-C
	exitTerminated  = 143 // SIGTERM
)

func main() {
	ctx, stop := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		// The first finishes the units at work, the second does not wait for them.
		stop(interruption{<-signals})
		os.Exit(interruption{<-signals}.code())
	}()
	os.Exit(run(ctx, os.Args, os.Stdout, os.Stderr))
}

// interruption is the cause of a run that was told to stop.
type interruption struct{ signal os.Signal }

// Error says that the run was told to stop.
func (i interruption) Error() string {
	return "已中断：没有写完的单位没有留下文件，再运行一次即可补齐"
}

// Interruption tells the generator that it was no fault.
func (i interruption) Interruption() bool { return true }

func (i interruption) code() int {
	if i.signal == syscall.SIGTERM {
		return exitTerminated
	}
	return exitInterrupted
}

// usageError is wrong usage or a faulty form; its text says what to do.
type usageError struct{ message string }

// Error is the message for the user.
func (e usageError) Error() string { return e.message }

// errReturned says that the run finished with units that were returned or are missing.
var errReturned = errors.New("有单位被退回或未报")

// run is jixiao as a function: arguments in, exit code out. It is the one place
// that turns errors into codes.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := application(stdout, stderr).RunContext(ctx, args)
	code := codeOf(ctx, err)
	switch code {
	case exitAccepted, exitReturned:
	case exitInterrupted, exitTerminated:
		fmt.Fprintf(stderr, "jixiao：%v\n", context.Cause(ctx))
	default:
		fmt.Fprintf(stderr, "jixiao：%v\n", err)
	}
	return code
}

// codeOf is the exit code of what a command ended with.
func codeOf(ctx context.Context, err error) int {
	var interrupted interruption
	var usage usageError
	var roster *intake.RosterError
	var passwords *intake.PasswordsError
	var tooMany *generator.TooManyReturnedError
	var merge *generator.MergeError
	switch {
	case err == nil:
		return exitAccepted
	case errors.Is(err, errReturned), errors.Is(err, errUnsound):
		return exitReturned
	case errors.As(context.Cause(ctx), &interrupted):
		return interrupted.code()
	case errors.Is(err, publish.ErrHeld):
		return exitHeld
	case errors.As(err, &usage), errors.As(err, &roster), errors.As(err, &passwords), errors.As(err, &tooMany), errors.As(err, &merge),
		errors.Is(err, generator.ErrEmptyInbox), errors.Is(err, generator.ErrNoResults):
		return exitUsage
	}
	return exitFailed
}

// application is the command line. urfave/cli's own handling of exit codes is
// switched off: errors come back to run.
func application(stdout, stderr io.Writer) *cli.App {
	return &cli.App{
		Name:            "jixiao",
		Usage:           "批量审核绩效自评填报表，生成自评表、自评报告和汇总表",
		UsageText:       "jixiao 命令 [选项]",
		Version:         version,
		Writer:          stdout,
		ErrWriter:       stderr,
		HideHelpCommand: true,
		ExitErrHandler:  func(*cli.Context, error) {},
		OnUsageError:    wrongUsage,
		Commands:        plain(runCommand(), checkCommand(), mergeCommand(), statusCommand(), verifyCommand(), watchCommand(), scheduleCommand(), formCommand()),
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usageError{fmt.Sprintf("没有命令“%s”。运行 jixiao --help 查看全部命令", c.Args().First())}
			}
			return cli.ShowAppHelp(c)
		},
		CustomAppHelpTemplate: appHelp,
	}
}

// plain takes the library's own command help, in English and shared by all command
// lines of the process, from every command. --help stays.
func plain(commands ...*cli.Command) []*cli.Command {
	for _, c := range commands {
		c.HideHelpCommand = true
		plain(c.Subcommands...)
	}
	return commands
}

// wrongUsage says in Chinese what the library found wrong with the flags.
func wrongUsage(c *cli.Context, err error, _ bool) error {
	return usageError{flagTrouble(err) + "。运行 jixiao " + c.Command.Name + " --help 查看用法"}
}
