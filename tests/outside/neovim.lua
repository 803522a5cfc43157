-- What tests/outside/neovim.sh has Neovim do. The first part is what the README tells people to put into init.lua.

local clients = {}
local function attach(buffer, file)
  local marker = vim.fn.findfile('workflow.yaml', vim.fn.fnamemodify(file, ':p:h') .. ';')
  if marker == '' then return end
  local root = vim.fn.fnamemodify(marker, ':p:h')
  clients[root] = clients[root]
    or vim.lsp.start_client({ name = 'clue', cmd = { 'clue', 'lsp' }, root_dir = root })
  vim.lsp.buf_attach_client(buffer, clients[root])
end
vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile' }, {
  pattern = { '*.yaml', '*.md' },
  callback = function(event) attach(event.buf, event.match) end,
})

-- From here on: somebody who works.

local function fail(why)
  io.stderr:write('\n' .. why .. '\n')
  vim.cmd('cquit 1')
end

local function check(holds, why)
  if not holds then fail(why) end
end

local function until_true(what, condition)
  check(vim.wait(60000, condition, 20), what .. ': nothing came\n' .. vim.inspect(vim.diagnostic.get(0)))
end

local function run()
  local record = vim.env.CLUE_TEST_RECORD
  vim.cmd('edit ' .. record)
  local buffer = vim.api.nvim_get_current_buf()
  until_true('attached', function() return next(vim.lsp.buf_get_clients(buffer)) ~= nil end)
  local _, client = next(vim.lsp.buf_get_clients(buffer))
  until_true('initialized', function() return client.initialized end)
  check(client.offset_encoding == 'utf-16' or client.offset_encoding == 'utf-8', 'encoding ' .. tostring(client.offset_encoding))

  -- A mistake behind Chinese text: the name of the reporter, and on the same line a truth value that is none.
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  local channel
  for index, line in ipairs(lines) do
    if line:match('^channel: ') then channel = index end
  end
  local group = 'reporter: { name: 江涛🚰, contact: 生产制造部，内线, anonymous: perhaps }'
  local first, last
  for index, line in ipairs(lines) do
    if line:match('^reporter:') then first = index end
    if line:match('^%s+contact:') then last = index end
  end
  local kept = {}
  for index = first, last do kept[#kept + 1] = lines[index] end
  vim.api.nvim_buf_set_lines(buffer, first - 1, last, false, { group })
  until_true('the mistake', function() return #vim.diagnostic.get(buffer) == 1 end)
  local found = vim.diagnostic.get(buffer)[1]
  local column = group:find('perhaps', 1, true) - 1
  check(found.lnum == first - 1, 'line ' .. found.lnum)
  check(found.col == column, 'column ' .. found.col .. ', not ' .. column)
  check(found.end_col == column + #'perhaps', 'end column ' .. found.end_col)
  check(found.source == 'clue' and found.message:find('应为', 1, true), found.message)
  vim.api.nvim_buf_set_lines(buffer, first - 1, first, false, kept)
  until_true('the mistake mended', function() return #vim.diagnostic.get(buffer) == 0 end)

  -- A value is completed.
  vim.api.nvim_buf_set_lines(buffer, channel - 1, channel, false, { 'channel: emp' })
  vim.api.nvim_win_set_cursor(0, { channel, 12 })
  vim.bo[buffer].omnifunc = 'v:lua.vim.lsp.omnifunc'
  local parameters = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = vim.lsp.buf_request_sync(buffer, 'textDocument/completion', parameters, 60000)
  local _, completed = next(answer or {})
  check(completed and completed.result, vim.inspect(answer))
  local chosen
  for _, item in ipairs(completed.result.items) do
    if item.filterText:find('员工', 1, true) then chosen = item end
  end
  check(chosen ~= nil and chosen.label == 'employee-report', vim.inspect(completed.result.items))
  vim.lsp.util.apply_text_edits({ chosen.textEdit }, buffer, client.offset_encoding)
  local written = vim.api.nvim_buf_get_lines(buffer, channel - 1, channel, false)[1]
  check(written == 'channel: employee-report', written)

  -- A code action mends a word that is nearly right.
  vim.api.nvim_buf_set_lines(buffer, channel - 1, channel, false, { 'channel: employe-report' })
  until_true('the second mistake', function() return #vim.diagnostic.get(buffer) == 1 end)
  vim.api.nvim_win_set_cursor(0, { channel, 10 })
  local asked
  vim.ui.select = function(items, _, choose)
    for _, item in ipairs(items) do
      local action = item.action or item[2]
      if action.title == '改为：employee-report' then asked = action.title return choose(item) end
    end
    fail('not offered: ' .. vim.inspect(items))
  end
  vim.lsp.buf.code_action()
  until_true('the action', function() return asked ~= nil end)
  until_true('the second mistake mended', function()
    return vim.api.nvim_buf_get_lines(buffer, channel - 1, channel, false)[1] == 'channel: employee-report'
      and #vim.diagnostic.get(buffer) == 0
  end)
  vim.cmd('silent write')
  check(not vim.bo[buffer].modified, 'not saved')
  vim.wait(500)
  check(#vim.diagnostic.get(buffer) == 0, vim.inspect(vim.diagnostic.get(buffer)))
  io.stdout:write('column ' .. column .. ' (' .. client.offset_encoding .. '), completed ' .. chosen.label .. ', ' .. asked)
  -- The server ends when it is told to.
  vim.lsp.stop_client(client.id)
  until_true('stopped', function() return client.is_stopped() end)
  vim.cmd('qall!')
end

local ok, why = pcall(run)
if not ok then fail(tostring(why)) end
