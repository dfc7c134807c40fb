#!/usr/bin/perl
# A hook tool: which one is told by the name of the link it was started by. It asks the unit agent, which answers in frames:
# four bytes of length (big-endian), then texts, each behind its own four bytes of length.
#
# Perl, since perl-base is Essential on Debian and Ubuntu and starts in a few milliseconds; Node.js takes forty, python3 ten, and
# a hook calls tools dozens of times. No module is loaded: the numbers below are those of Linux, the only system it runs on.
use constant {AF_UNIX => 1, SOCK_STREAM => 1};

sub refuse {
  print STDERR "ERROR $_[0]\n";
  exit 1;
}

for my $name ('JUJU_CONTEXT_ID', 'JUJU_AGENT_SOCKET_ADDRESS', 'JUJU_AGENT_SOCKET_NETWORK') {
  refuse("$name not set") if ($ENV{$name} // '') eq '';
}

my ($tool) = $0 =~ m{([^/]+)$};
my $here = readlink('/proc/self/cwd') // '/';
my ($folder, $name) = $ENV{JUJU_AGENT_SOCKET_ADDRESS} =~ m{^(.*)/([^/]+)$};
my $agent;

# An address holds 107 bytes; from inside its folder the socket's own name is always short enough.
socket($agent, AF_UNIX, SOCK_STREAM, 0)
  and chdir($folder)
  and connect($agent, pack('S a108', AF_UNIX, $name))
  or refuse("cannot reach the unit agent: $!");
$SIG{PIPE} = 'IGNORE';

sub tell_agent {
  my $frame = pack('N/a*', join('', map { pack('N/a*', $_) } @_));
  while (length $frame) {
    my $count = syswrite($agent, $frame) // refuse('the unit agent is gone');
    substr($frame, 0, $count) = '';
  }
}

sub take {
  my ($wanted) = @_;
  my $taken = '';
  while (length $taken < $wanted) {
    sysread($agent, $taken, $wanted - length $taken, length $taken) or refuse('the unit agent is gone');
  }
  return $taken;
}

# What the agent asks for. "missing" says why there is nothing.
sub read_all {
  my ($path) = @_;
  my $file = \*STDIN;
  if (defined $path) {
    $path = "$here/$path" if $path !~ m{^/};
    open($file, '<', $path) or return ('missing', "$!");
  }
  local $/;
  return ('content', readline($file) // '');
}

tell_agent($ENV{JUJU_CONTEXT_ID}, $here, $tool, @ARGV);
while (1) {
  my ($kind, @values) = unpack('(N/a*)*', take(unpack('N', take(4))));
  if ($kind eq 'stdin') {
    tell_agent(read_all());
  } elsif ($kind eq 'file') {
    tell_agent(read_all($values[0]));
  } else {
    $SIG{PIPE} = 'DEFAULT';
    print STDOUT $values[1];
    print STDERR $values[2];
    close STDOUT;
    exit $values[0];
  }
}
