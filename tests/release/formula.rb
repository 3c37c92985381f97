# Runs the formula in the file ARGV[0] on the unpacked tarball in the folder ARGV[1], and installs below the folder ARGV[2]. The classes of Homebrew
# are stand-ins, which do for this formula what Homebrew does. Prints the address and the sum for each processor as lines.
require 'fileutils'

class Place
  def initialize(path)
    @path = path
  end

  def to_s
    @path
  end

  def install(*names)
    FileUtils.mkdir_p(@path)
    names.each { |name| FileUtils.cp_r(File.join(ARGV[1], name), @path) }
  end
end

class Formula
  PLACES = { bin: 'bin', man1: 'share/man/man1', bash_completion: 'etc/bash_completion.d', zsh_completion: 'share/zsh/site-functions',
             fish_completion: 'share/fish/vendor_completions.d', pkgshare: 'share/mcp-bridge' }.freeze

  class << self
    attr_reader :archives

    %i[desc homepage license depends_on].each { |word| define_method(word) { |*| nil } }

    def version(text = nil)
      @version = text || @version
    end

    def on_intel(&block)
      take('x86_64', &block)
    end

    def on_arm(&block)
      take('aarch64', &block)
    end

    def url(text)
      @archives.last << text
    end

    alias sha256 url

    def test(&block)
      define_method(:proof, &block)
    end

    private

    def take(processor)
      (@archives ||= []) << [processor]
      yield
    end
  end

  PLACES.each { |name, path| define_method(name) { Place.new(File.join(ARGV[2], path)) } }

  def version
    self.class.version
  end

  def shell_output(command)
    `#{command}`
  end

  def assert_match(expected, text)
    raise "#{text} does not have #{expected}" unless text.include?(expected)
  end
end

load ARGV[0]
McpBridge.archives.each { |archive| puts archive.join(' ') }
formula = McpBridge.new
formula.install
formula.proof
